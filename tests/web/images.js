// Makes the pictures that are drawn from the page's own art: the preview that chats show, and the
// icon of home screens. `make images`; the results are kept in web/landing/assets.

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { startBrowser } from './support/browser.js';
import { startSite } from './support/site.js';

const asset = (name) => fileURLToPath(new URL(`../../web/landing/assets/${name}`, import.meta.url));
const site = await startSite();
const browser = await startBrowser();
try {
  const page = await browser.newPage({ viewport: { width: 1200, height: 630 }, colorScheme: 'light', bypassCSP: true });
  await page.goto(site.url);
  const parts = await page.evaluate(() => ({
    brand: document.querySelector('.mark').outerHTML,
    art: document.querySelector('.art').outerHTML,
    headline: document.querySelector('h1').textContent,
  }));
  const frame = await readFile(new URL('./support/og.html', import.meta.url), 'utf8');
  const body = `<div><p class="brand">${parts.brand} Socialpreneur</p><h1>${parts.headline}</h1>`
    + `<p>Kenali programnya dalam sesi Zoom</p><p class="call">Daftar sekarang</p></div>${parts.art}`;
  await page.route('**/og', (route) =>
    route.fulfill({ contentType: 'text/html', body: frame.replace('<body>', `<body>${body}`) }),
  );
  await page.goto(`${site.url}/og`);
  await page.screenshot({ path: asset('og.jpg'), type: 'jpeg', quality: 86 });

  const icon = await readFile(asset('icon.svg'), 'utf8');
  await page.setViewportSize({ width: 180, height: 180 });
  await page.setContent(`<style>body{margin:0;background:#07402f}svg{display:block;width:100vw}</style>${icon}`);
  await page.screenshot({ path: asset('icon-180.png') });
} finally {
  await browser.close();
  await site.stop();
}
