// A browser, and the pages that tests open in it.

import { chromium } from 'playwright-core';
import { chromiumPath } from './chromium.js';

export function startBrowser() {
  return chromium.launch({ executablePath: chromiumPath(), args: ['--no-sandbox', '--disable-gpu'] });
}

/** What the page is told instead of the system's own answer: a session, a video, texts. */
export const LANDING = {
  event: {
    title: 'Sosialisasi Program Socialpreneur',
    start_time: new Date(Date.now() + 75 * 3_600_000).toISOString(),
    date: 'Minggu, 29 November 2026',
    clocks: ['19.30 WIB', '20.30 WITA', '21.30 WIT'],
    calendar: '/api/events/01234567-89ab-cdef-0123-456789abcdef.ics',
  },
  video: 'https://youtu.be/abcdefghijk',
  texts: {},
};

/** Answers `/api/landing` with this. */
export async function answerLanding(page, body) {
  await page.route('**/api/landing', (route) => route.fulfill({ json: body }));
}

/** Waits until the script has taken over the form. */
export async function alive(page) {
  await page.locator('#registration[novalidate]').waitFor();
}

/** Types a person into the form; what is given replaces the usual. */
export async function fill(page, fields = {}) {
  const person = { name: 'Siti Aminah', city: 'Kota Bogor', profession: 'Guru', phone: '081234567890', ...fields };
  await page.getByLabel('Ibu', { exact: true }).check();
  for (const [name, value] of Object.entries(person)) await page.locator(`#${name}`).fill(value);
  await page.locator('#consent_wa').check();
}

/** WhatsApp stands outside of these tests: its addresses answer with an empty page. */
export async function withoutWhatsApp(context) {
  await context.route(/^https:\/\/(wa\.me|api\.whatsapp\.com)\//, (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>WhatsApp</title>' }),
  );
}

/** The way to WhatsApp leads nowhere, so that the page can be looked at. */
export async function stayHere(page) {
  await page.route(/^https:\/\/wa\.me\//, (route) => route.fulfill({ status: 204 }));
}
