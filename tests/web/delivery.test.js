// What travels: size, headers, other sites, and the page without script.

import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import test from 'node:test';
import { parse } from 'yaml';
import { LANDING, alive, answerLanding } from './support/browser.js';
import { newPhone, suite } from './support/suite.js';
import { styled } from './styles.js';

const FIRST_LOAD = 40 * 1024;
const SCRIPTS = 10 * 1024;
/** `--color-banner` by day, as a browser tells it: the page has its styles. */
const BANNER = 'rgb(7, 64, 47)';
const town = suite();
const root = new URL('../../', import.meta.url);

/** Everything the page fetches until it rests: address, type, bytes on the wire with and without
 * headers. */
async function fetched(page, path) {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  const all = new Map();
  session.on('Network.responseReceived', ({ requestId, response, type }) =>
    all.set(requestId, { url: response.url, type, bytes: 0, body: 0 }),
  );
  session.on('Network.dataReceived', ({ requestId, encodedDataLength }) => {
    if (all.has(requestId)) all.get(requestId).body += encodedDataLength;
  });
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (all.has(requestId)) all.get(requestId).bytes = encodedDataLength;
  });
  await page.goto(town.url + path);
  await page.waitForLoadState('networkidle');
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
  await page.waitForTimeout(300);
  return [...all.values()];
}

const bannerColour = (page) => page.locator('.banner').evaluate((banner) => getComputedStyle(banner).backgroundColor);

test('the first load keeps to its budget and asks no other site', async () => {
  await town.withPage({}, async (page) => {
    await answerLanding(page, LANDING);
    const all = await fetched(page, '/ref=081234567890');
    const scripts = all.filter((one) => one.type === 'Script');
    assert.ok(scripts.length >= 5);
    const script = scripts.reduce((sum, one) => sum + one.body, 0);
    const bytes = all.reduce((sum, one) => sum + one.bytes, 0);
    assert.ok(script > 2_000 && script <= SCRIPTS, `${script} bytes of script`);
    assert.ok(bytes > script && bytes <= FIRST_LOAD, `${bytes} bytes`);
    assert.deepEqual(all.filter((one) => new URL(one.url).origin !== town.url), []);
    assert.deepEqual(all.filter((one) => one.type === 'Font'), []);
    console.log(`first load ${bytes} bytes, ${script} of them script, ${all.length} requests`);
  });
});

test('the preview picture is what chats take, and all that the page names exists', async () => {
  const html = await (await fetch(town.url)).text();
  const picture = await fetch(`${town.url}/assets/og.jpg`);
  const bytes = Buffer.from(await picture.arrayBuffer());
  assert.equal(picture.headers.get('content-type'), 'image/jpeg');
  assert.ok(bytes.length < 300 * 1024);
  assert.deepEqual(jpegSize(bytes), [1200, 630]);
  for (const property of ['og:title', 'og:description', 'og:image', 'og:image:width', 'og:site_name', 'og:locale']) {
    assert.match(html, new RegExp(`<meta property="${property}" content="[^"]+">`), property);
  }
  assert.match(html, /<meta name="twitter:card" content="summary_large_image">/);
  assert.ok(!/rel="canonical"|og:url/.test(html), 'an invitation is shared, not the address without it');

  const named = [...html.matchAll(/(?:href|src)="(\/[^"#]*)"/g)].map(([, path]) => path);
  for (const path of [...named, '/robots.txt', '/sitemap.xml']) {
    const answer = await fetch(town.url + path);
    assert.equal(answer.status, 200, path);
    await answer.arrayBuffer();
  }
});

function jpegSize(bytes) {
  for (let at = 2; at < bytes.length; at += 2 + bytes.readUInt16BE(at + 2)) {
    if (bytes[at + 1] >= 0xc0 && bytes[at + 1] <= 0xc2) return [bytes.readUInt16BE(at + 7), bytes.readUInt16BE(at + 5)];
  }
  return null;
}

test('the code of the QR package is the published one', async () => {
  const published = createRequire(import.meta.url).resolve('lean-qr').replace(/index\.m?js$/, 'nano.mjs');
  const ours = await readFile(new URL('web/landing/assets/vendor/lean-qr.js', root), 'utf8');
  assert.ok(ours.endsWith(await readFile(published, 'utf8')));
  assert.match(ours, /^\/\*[^]*David Evans[^]*MIT[^]*\*\/\n/);
});

test('the page holds the styles of web/styles, and the policy names them', async () => {
  for (const [path, text] of Object.entries(await styled())) {
    assert.ok((await readFile(new URL(path, root), 'utf8')) === text, `${path}: make styles`);
  }
});

test('while page and policy are of two deployments, the styles come as files', async () => {
  const policyOf = (headers) => headers['content-security-policy'].replace(/'sha256-[^']+'/, "'sha256-AAAA'");
  const refused = town.withPage({}, async (page) => {
    await page.route(`${town.url}/`, async (route) => {
      const response = await route.fetch();
      const headers = { ...response.headers(), 'content-security-policy': policyOf(response.headers()) };
      await route.fulfill({ response, headers });
    });
    const file = page.waitForResponse('**/assets/styles/landing.css');
    await page.goto(town.url);
    assert.equal((await file).status(), 200);
    await page.waitForFunction(() => document.styleSheets.length === 2);
    assert.equal(await bannerColour(page), BANNER);
  });
  await assert.rejects(refused, /inline style/);
});

test('every answer carries the deployed headers', async () => {
  const template = parse(await readFile(new URL('infra/web.yaml', root), 'utf8'));
  const config = template.Resources.Headers.Properties.ResponseHeadersPolicyConfig;
  const policy = config.SecurityHeadersConfig.ContentSecurityPolicy.ContentSecurityPolicy;
  assert.ok(!/unsafe|\*|data:/.test(policy));
  for (const path of ['/', '/ref=081234567890', '/poster', '/assets/landing.js', '/api/landing', '/unknown']) {
    const { headers } = await fetch(town.url + path);
    assert.equal(headers.get('content-security-policy'), policy, path);
    assert.equal(headers.get('referrer-policy'), 'same-origin', path);
    assert.equal(headers.get('x-content-type-options'), 'nosniff', path);
    assert.equal(headers.get('x-frame-options'), 'DENY', path);
    assert.match(headers.get('strict-transport-security'), /^max-age=63072000/, path);
    for (const { Header, Value } of config.CustomHeadersConfig.Items) assert.equal(headers.get(Header), Value, path);
  }
  assert.equal((await fetch(`${town.url}/ref=081234567890`)).headers.get('x-robots-tag'), 'noindex');
  assert.equal((await fetch(town.url)).headers.get('x-robots-tag'), null);
});

test('no page holds a script of its own, nor a style but the one that the policy names', async () => {
  for (const [file, styles] of [['index.html', 1], ['poster.html', 0]]) {
    const html = await readFile(new URL(`web/landing/${file}`, root), 'utf8');
    assert.equal(html.match(/<style/g)?.length ?? 0, styles, file);
    assert.ok(!/\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)/.test(html), file);
  }
});

test('no other site learns the address that holds a number', async () => {
  await town.withPage({}, async (page, context) => {
    const seen = [];
    await context.route(/youtube|example/, (route) => {
      seen.push([route.request().url(), route.request().headers().referer]);
      return route.fulfill({ contentType: 'text/html', body: 'x' });
    });
    await answerLanding(page, LANDING);
    await page.goto(`${town.url}/ref=081234567890`);
    const play = page.getByRole('button', { name: 'Putar video' });
    await play.waitFor();
    assert.deepEqual(seen, [], 'nothing before somebody wants to see it');
    await play.click();
    await page.frameLocator('iframe').getByText('x').waitFor();
    assert.equal(seen.length, 1);
    assert.match(seen[0][0], /^https:\/\/www\.youtube-nocookie\.com\/embed\/abcdefghijk\?/);
    assert.ok(!seen[0][1]?.includes('0812'), seen[0][1]);
    await page.evaluate(() => {
      location.href = 'https://example.org/';
    });
    await page.waitForURL('https://example.org/');
    assert.equal(seen[1][1], undefined);
  });
});

test('steps are counted, without anything about the visitor', async () => {
  await town.withPage({}, async (page) => {
    const sent = [];
    page.on('request', (request) => {
      if (request.url().endsWith('/api/visits')) sent.push([request.postData(), request.headers().cookie]);
    });
    await page.goto(`${town.url}/ref=081234567890`);
    await alive(page);
    await page.locator('#name').fill('S');
    await page.locator('#name').fill('Si');
    await page.waitForTimeout(300);
    assert.deepEqual(sent.map(([body]) => body), [
      '{"step":"visit","source":"invitation"}',
      '{"step":"start","source":"invitation"}',
    ]);
  });
  const answer = await fetch(`${town.url}/api/visits`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"step":"visit","source":"direct"}',
  });
  assert.equal(answer.status, 204);
});

test('without script the page is complete, and the form comes back filled in or leads to WhatsApp', async () => {
  await town.withPage({ javaScriptEnabled: false }, async (page) => {
    await page.goto(`${town.url}/ref=081234567890`);
    for (const heading of ['Apa itu Socialpreneur?', 'Yang Anda dapatkan', 'Sering ditanyakan', 'Cara kami menjaga data Anda']) {
      assert.ok(await page.getByRole('heading', { name: heading }).isVisible(), heading);
    }
    assert.equal(await bannerColour(page), BANNER);
    assert.ok(await page.locator('#share-row').isVisible());
    assert.equal(await page.locator('#stick').isVisible(), false);
    await page.locator('details summary').first().click();
    assert.ok(await page.locator('details p').first().isVisible());

    await page.getByLabel('Ibu', { exact: true }).check();
    const typed = { name: 'Siti "A" & <b>', city: 'Bogor', profession: 'Guru', phone: newPhone() };
    for (const [name, value] of Object.entries(typed)) await page.locator(`#${name}`).fill(value);
    await page.locator('#consent_wa').check();
    await page.locator('#submit').click();
    await page.locator('#form-errors').waitFor();
    assert.equal(await bannerColour(page), BANNER);
    assert.ok(await page.locator('#error-name').isVisible());
    assert.equal(await page.locator('#name').inputValue(), typed.name);
    assert.ok(await page.locator('#consent_wa').isChecked());
    await page.locator('#name').fill('Siti Aminah');
    await page.locator('#submit').click();
    await page.waitForURL(/^https:\/\/wa\.me\/6281100000000\?text=Halo/);
  });
});

test('every file of the site is used', async () => {
  const folder = new URL('web/landing/assets/', root);
  const names = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((one) => one.isFile());
  const sources = ['index.html', 'poster.html'].map((name) => new URL(`web/landing/${name}`, root));
  sources.push(...names.filter((one) => /\.(js|css)$/.test(one.name)).map((one) => new URL(one.name, folder)).filter((one) => !one.href.includes('lean-qr')));
  // The pages of join links are made by their function.
  sources.push(new URL('functions/portal/src/page.rs', root));
  const text = (await Promise.all(sources.map((one) => readFile(one, 'utf8')))).join('\n');
  // start.js names modules without their ending.
  for (const { name } of names) assert.ok(text.includes(name) || text.includes(`'${name.replace('.js', '')}'`), name);
});
