// The functions of infra/web.yaml as CloudFront would run them, held to the cases that the local
// edge is held to.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import vm from 'node:vm';
import { parse } from 'yaml';

const read = (path) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const { Resources } = parse(read('infra/web.yaml'));
const cases = JSON.parse(read('infra/edge/cases.json'));

function load(resource) {
  const source = Resources[resource].Properties.FunctionCode;
  assert.ok(Buffer.byteLength(source) <= 10_240, 'CloudFront takes 10 KB');
  const context = vm.createContext({});
  vm.runInContext(source, context);
  return (event) => structuredClone(context.handler(event));
}

const pages = load('PagesFunction');

/** CloudFront hands query values on as they were sent; of several the last stands in `value`. */
function querystring(query) {
  const fields = {};
  for (const pair of query.split('&').filter(Boolean)) {
    const [name, value = ''] = pair.split('=');
    if (!fields[name]) fields[name] = { value };
    else {
      fields[name].multiValue ??= [{ value: fields[name].value }];
      fields[name].multiValue.push({ value });
      fields[name].value = value;
    }
  }
  return fields;
}

function request({ uri, query = '' }, headers = {}) {
  return { method: 'GET', uri, querystring: querystring(query), headers, cookies: {} };
}

const before = (asked) => pages({ context: { eventType: 'viewer-request' }, request: asked });
const after = (asked) =>
  pages({ context: { eventType: 'viewer-response' }, request: asked, response: { statusCode: 200, headers: {} } });

for (const one of cases) {
  test(`${one.uri}${one.query && `?${one.query}`} opens ${one.page}`, () => {
    const passed = before(request(one));
    const expected = { landing: '/index.html', poster: '/poster.html', file: one.uri }[one.page];
    if (one.page === 'none') {
      assert.equal(passed.statusCode, 404);
      assert.match(passed.body, /Halaman ini tidak ada/);
      return;
    }
    assert.equal(passed.uri, expected);
    // Behind the origin the request may be the one that came or the one that was passed on.
    for (const seen of [passed, request(one)]) {
      const { cookies, headers } = after(seen);
      if (one.code === null) {
        assert.equal(cookies, undefined);
        assert.equal(headers['x-robots-tag'], undefined);
      } else {
        assert.equal(decodeURIComponent(cookies.ref.value), one.code);
        assert.match(cookies.ref.value, /^[0-9A-Za-z%]+$/);
        assert.equal(cookies.ref.attributes, 'Path=/; Max-Age=2592000; SameSite=Lax; HttpOnly; Secure');
        assert.equal(headers['x-robots-tag'].value, 'noindex');
      }
    }
  });
}

test('a visitor cannot hand in a code by header', () => {
  const passed = before(request({ uri: '/' }, { 'x-ref-code': { value: 'x; Domain=evil' } }));
  assert.deepEqual(passed.headers, {});
});

test('the API learns the address that CloudFront saw, whatever the visitor says', () => {
  const api = load('ApiFunction');
  const asked = request({ uri: '/api/registrations' }, { 'x-viewer-address': { value: '1.2.3.4' } });
  const passed = api({ viewer: { ip: '203.0.113.9' }, request: asked });
  assert.equal(passed.headers['x-viewer-address'].value, '203.0.113.9');
});
