// What everybody can see and reach: accessibility, small screens, large text, keyboard.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import test from 'node:test';
import { LANDING, answerLanding, fill, stayHere } from './support/browser.js';
import { newPhone, suite } from './support/suite.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const town = suite();

async function open(page, { path = '/ref=081234567890', state = 'plain' } = {}) {
  await answerLanding(page, LANDING);
  await page.goto(town.url + path);
  await page.getByText('Dimulai 3 hari').waitFor();
  if (state === 'error') {
    await page.locator('#submit').click();
    await page.locator('#form-errors').waitFor();
  } else if (state === 'success') {
    await stayHere(page);
    await fill(page, { phone: newPhone() });
    await page.locator('#submit').click();
    await page.getByRole('button', { name: 'Kode QR' }).click();
    await page.locator('.qr').waitFor();
  }
}

async function violations(page) {
  await page.evaluate(AXE);
  const { violations: found } = await page.evaluate(() =>
    axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }),
  );
  return found.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`);
}

for (const colorScheme of ['light', 'dark']) {
  for (const state of ['plain', 'error', 'success']) {
    test(`axe finds nothing: ${colorScheme}, ${state}`, async () => {
      await town.withPage({ colorScheme, bypassCSP: true }, async (page) => {
        await open(page, { state });
        assert.deepEqual(await violations(page), []);
      });
    });
  }
  test(`axe finds nothing on the poster: ${colorScheme}`, async () => {
    await town.withPage({ colorScheme, bypassCSP: true }, async (page) => {
      await page.goto(`${town.url}/poster#081234567890`);
      await page.locator('.qr').waitFor();
      assert.deepEqual(await violations(page), []);
    });
  });
}

/** A link that leads nowhere, while an event is planned. */
async function openLostLink(page) {
  const event = { title: 'Sosialisasi', start_time: '2030-11-29 19:30', zoom_link: 'https://zoom.example/j/1' };
  const planned = await fetch(`${town.url}/simulator/admin/events`, {
    method: 'POST',
    body: JSON.stringify({ event, accept_shortfall: true }),
  });
  assert.equal(planned.status, 201);
  const answer = await page.goto(`${town.url}/j/hilang`);
  assert.equal(answer.status(), 404);
  await page.getByRole('heading', { name: 'Link ini tidak dikenal' }).waitFor();
}

for (const colorScheme of ['light', 'dark']) {
  test(`axe finds nothing where a link leads nowhere: ${colorScheme}`, async () => {
    await town.withPage({ colorScheme, bypassCSP: true }, async (page) => {
      await openLostLink(page);
      assert.deepEqual(await violations(page), []);
    });
  });
}

test('where a link leads nowhere the page is styled and fits a small phone', async () => {
  await town.withPage({ viewport: { width: 320, height: 568 } }, async (page) => {
    await openLostLink(page);
    const button = page.getByRole('link', { name: 'Ke halaman utama' });
    assert.ok((await button.boundingBox()).height >= 44, 'the styles are allowed and there');
    assert.deepEqual(await sticksOut(page), []);
  });
});

/** What stands out to the right of the window. */
const sticksOut = (page) =>
  page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const all = [...document.querySelectorAll('body *:not(.trap, .trap *, .skip, svg *)')];
    const out = all.filter((one) => one.getBoundingClientRect().right > width + 1);
    return out.map((one) => one.outerHTML.slice(0, 80));
  });

for (const [name, width, text] of [['320 px', 320, 100], ['200 % text', 360, 200], ['200 % text at 768 px', 768, 200]]) {
  for (const state of ['plain', 'error', 'success']) {
    test(`nothing is cut off at ${name}, ${state}`, async () => {
      await town.withPage({ viewport: { width, height: 640 } }, async (page) => {
        await open(page, { state });
        await page.evaluate((size) => { document.documentElement.style.fontSize = `${size}%`; }, text);
        assert.deepEqual(await sticksOut(page), []);
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
      });
    });
  }
}

test('nothing moves while the session arrives', async () => {
  for (const width of [320, 360, 768, 1280]) {
    await town.withPage({ viewport: { width, height: 1600 } }, async (page) => {
      await page.addInitScript(() => {
        window.moved = [];
        new PerformanceObserver((list) => {
          for (const { sources } of list.getEntries()) {
            for (const { node } of sources) window.moved.push(node?.outerHTML ?? node?.textContent);
          }
        }).observe({ type: 'layout-shift', buffered: true });
      });
      let release;
      const held = new Promise((resolve) => { release = resolve; });
      await page.route('**/api/landing', async (route) => {
        await held;
        await route.fulfill({ json: LANDING });
      });
      await page.goto(`${town.url}/ref=081234567890`);
      await page.waitForTimeout(300);
      release();
      await page.getByText('Dimulai 3 hari').waitFor();
      await page.waitForTimeout(300);
      assert.deepEqual(await page.evaluate(() => window.moved), [], `${width} px`);
    });
  }
});

test('the form is filled in, refused and sent by keyboard alone', async () => {
  await town.withPage({}, async (page) => {
    await open(page);
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Langsung ke formulir');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    const focused = () => page.evaluate(() => document.activeElement.id);
    assert.equal(await focused(), 'sapaan-bapak');
    await page.keyboard.press('ArrowRight');
    const type = async (id, text) => {
      await page.keyboard.press('Tab');
      assert.equal(await focused(), id);
      await page.keyboard.type(text);
    };
    await type('name', 'Siti Aminah');
    await type('city', 'Bogor');
    await type('profession', 'Guru');
    await type('phone', '123');
    await page.keyboard.press('Enter');
    await page.locator('#form-errors').waitFor();
    assert.equal(await focused(), 'form-errors');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    assert.equal(await focused(), 'phone');
    const ring = await page.evaluate(() => getComputedStyle(document.activeElement).outlineWidth);
    assert.equal(ring, '3px');
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type(newPhone());
    await page.keyboard.press('Tab');
    assert.equal(await focused(), 'consent_wa');
    await page.keyboard.press('Space');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    assert.equal(await focused(), 'submit');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Terima kasih' }).waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.className), 'done');
  });
});

test('motion is smooth only for those who did not ask for less', async () => {
  for (const [reducedMotion, expected] of [['no-preference', 'smooth'], ['reduce', 'auto']]) {
    await town.withPage({ reducedMotion }, async (page) => {
      await page.goto(town.url);
      const behaviour = await page.evaluate(() => getComputedStyle(document.documentElement).scrollBehavior);
      assert.equal(behaviour, expected);
    });
  }
});
