// Registering by script: what is typed, what is answered, what comes next.

import assert from 'node:assert/strict';
import test from 'node:test';
import jsqr from 'jsqr';
import { LANDING, alive, answerLanding, fill, stayHere } from './support/browser.js';
import { newPhone, suite } from './support/suite.js';

const town = suite();
const DONE = { name: 'Terima kasih' };

test('errors stand beside their fields and above the form, and go as they are mended', async () => {
  await town.withPage({}, async (page) => {
    await page.goto(town.url);
    await alive(page);
    await page.locator('#name').fill('Siti');
    await page.locator('#phone').fill('021 555 1234');
    await page.locator('#submit').click();
    const summary = page.locator('#form-errors');
    await summary.waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.id), 'form-errors');
    assert.equal(await summary.locator('li').count(), 5);
    assert.equal(await page.locator('#error-name').isVisible(), false);
    for (const field of ['sapaan', 'city', 'profession', 'phone', 'consent_wa']) {
      const beside = await page.locator(`#error-${field}`).textContent();
      assert.ok(beside.length > 10, field);
      assert.equal(await summary.locator(`a[href="#${field}"]`).textContent(), beside);
    }
    assert.equal(await page.locator('#phone').getAttribute('aria-invalid'), 'true');
    assert.equal(await page.locator('#name').inputValue(), 'Siti');
    await page.locator('#city').fill('Bogor');
    assert.equal(await page.locator('#error-city').isVisible(), false);
    assert.equal(await page.locator('#error-phone').isVisible(), true);
  });
});

test('the number is shown back as it will be used', async () => {
  await town.withPage({}, async (page) => {
    await page.goto(town.url);
    await alive(page);
    const back = page.locator('#phone-back');
    for (const typed of ['0812 3456 7890', '+62 812-3456-7890', '6281234567890', '81234567890']) {
      await page.locator('#phone').fill(typed);
      assert.match(await back.textContent(), /0812-3456-7890/, typed);
    }
    await page.locator('#phone').fill('0215551234');
    assert.equal(await back.isVisible(), false);
  });
});

test('cities are suggested from the official list, asked for when needed', async () => {
  await town.withPage({}, async (page) => {
    const asked = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await page.goto(town.url);
    await alive(page);
    await page.waitForLoadState('networkidle');
    assert.ok(!asked.includes('/assets/cities.txt'));
    await page.locator('#city').focus();
    await page.waitForFunction(() => document.querySelectorAll('#cities option').length === 514);
    const values = await page.evaluate(() => [...document.querySelectorAll('#cities option')].map((one) => one.value));
    assert.ok(values.includes('Kota Bogor') && values.includes('Kabupaten Bogor'));
  });
});

test('registering shows what comes next, leads to WhatsApp, and the way back leads here', async () => {
  await town.withPage({}, async (page) => {
    await answerLanding(page, LANDING);
    await page.goto(`${town.url}/ref=081234567890`);
    await alive(page);
    const phone = newPhone();
    await fill(page, { phone });
    await page.locator('#submit').click();
    await page.getByRole('heading', DONE).waitFor();
    assert.equal(new URL(page.url()).pathname, '/');
    assert.match(await page.locator('[data-done="link"]').textContent(), new RegExp(`^www\\.webdonasi\\.com/ref=${phone}$`));
    await page.waitForURL(/^https:\/\/wa\.me\/6281100000000\?text=Halo/);
    await page.goBack();
    await page.getByRole('heading', DONE).waitFor();
    await page.waitForTimeout(2_000);
    assert.equal(new URL(page.url()).pathname, '/', 'it leads away only once');
    assert.match(await page.locator('[data-done="whatsapp"]').getAttribute('href'), /^https:\/\/wa\.me\/6281100000000/);
    assert.equal(await page.locator('[data-done="admin"]').textContent(), '0811-0000-0000');
    await page.getByRole('button', { name: 'Daftarkan orang lain' }).click();
    await page.locator('#registration').waitFor();
    assert.equal(await page.locator('#name').inputValue(), '');
  });
});

test('the own link is shared, copied, coded and printed', async () => {
  await town.withPage({ permissions: ['clipboard-read', 'clipboard-write'], acceptDownloads: true }, async (page, context) => {
    const event = { ...LANDING.event, calendar: `/api/events/${await planned(LANDING.event)}.ics` };
    await answerLanding(page, { ...LANDING, event, texts: { invitation: 'Ayo ikut!' } });
    await page.goto(town.url);
    await alive(page);
    const phone = newPhone();
    const link = `https://www.webdonasi.com/ref=${phone}`;
    await fill(page, { phone });
    await stayHere(page);
    await page.locator('#submit').click();
    await page.getByRole('heading', DONE).waitFor();

    await page.waitForFunction(() => document.querySelector('[data-done="chats"]').href.includes('Ayo'));
    const chats = new URL(await page.locator('[data-done="chats"]').getAttribute('href'));
    assert.equal(chats.searchParams.get('text'), `Ayo ikut! ${link}`);
    await page.getByRole('button', { name: 'Salin link' }).click();
    await page.getByText('Link sudah disalin.').waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), link);

    await page.getByRole('button', { name: 'Kode QR' }).click();
    assert.equal(await scanned(page), link);

    const [calendar] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Simpan jadwal' }).click()]);
    assert.equal(calendar.suggestedFilename(), 'socialpreneur.ics');
    const text = await (await calendar.createReadStream()).toArray();
    assert.match(Buffer.concat(text).toString(), /DTSTART:\d{8}T\d{6}Z\r\n[^]*SUMMARY:Sosialisasi/);

    const card = await context.request.get(`${town.url}/api/contact.vcf`);
    assert.equal(card.headers()['content-disposition'], 'attachment; filename="socialpreneur.vcf"');
    assert.equal((await card.text()).match(/TEL;TYPE=CELL:\+62811000000\d\d/g).length, 3);

    const poster = await page.locator('[data-done="poster"]').getAttribute('href');
    assert.equal(poster, `/poster#${phone}`);
    await page.goto(town.url + poster);
    assert.equal(await scanned(page), `${town.url}/ref=${phone}`);
  });
});

test('a poster says nothing that somebody else made up', async () => {
  await town.withPage({}, async (page) => {
    await page.goto(`${town.url}/poster#${encodeURIComponent('x/../evil.example')}`);
    assert.equal(await page.locator('.qr').count(), 0);
    assert.equal(await page.locator('#address').textContent(), '');
  });
});

/** Plans this event on the site; its id. */
async function planned({ title, start_time }) {
  const event = { title, start_time, zoom_link: 'https://zoom.example/j/1' };
  const answer = await fetch(`${town.url}/simulator/admin/events`, {
    method: 'POST',
    body: JSON.stringify({ event, accept_shortfall: true }),
  });
  assert.equal(answer.status, 201);
  return (await answer.json()).id;
}

/** What a camera reads on the screen. */
async function scanned(page) {
  await page.locator('.qr').waitFor();
  const { data, width, height } = await page.evaluate(async () => {
    const drawing = document.querySelector('.qr');
    const size = Number(drawing.getAttribute('viewBox').split(' ')[2]);
    const canvas = new OffscreenCanvas(size * 4, size * 4).getContext('2d');
    canvas.scale(4, 4);
    canvas.fillStyle = '#fff';
    canvas.fillRect(0, 0, size, size);
    canvas.fillStyle = '#000';
    canvas.fill(new Path2D(drawing.querySelector('path').getAttribute('d')));
    const image = canvas.getImageData(0, 0, size * 4, size * 4);
    return { data: [...image.data], width: image.width, height: image.height };
  });
  return jsqr(Uint8ClampedArray.from(data), width, height)?.data;
}

test('a known number gets the same view, and an opaque link is not told', async () => {
  await town.withPage({}, async (page) => {
    const phone = newPhone();
    const answers = [];
    for (let time = 0; time < 2; time += 1) {
      await page.goto(town.url);
      await alive(page);
    await alive(page);
      await fill(page, { phone });
      const [answer] = await Promise.all([page.waitForResponse('**/api/registrations'), page.locator('#submit').click()]);
      answers.push([answer.status(), await answer.text()]);
      await page.getByRole('heading', DONE).waitFor();
      await page.evaluate(() => history.replaceState(null, ''));
    }
    assert.deepEqual(answers[0], answers[1]);

    await page.route('**/api/registrations', (route) =>
      route.fulfill({ status: 201, json: { redirect_url: 'https://wa.me/6281100000000?text=Halo', referral_link: null } }),
    );
    await page.goto(town.url);
    await alive(page);
    await fill(page);
    await page.locator('#submit').click();
    await page.getByText('Link undangan pribadi Anda kami kirim lewat WhatsApp.', { exact: true }).waitFor();
    assert.equal(await page.locator('[data-done="share"]').isVisible(), false);
  });
});

test('pressed twice it is sent once, a slow answer is explained, a lost one loses nothing', async () => {
  await town.withPage({}, async (page, context) => {
    let sent = 0;
    let lose = true;
    await page.route('**/api/registrations', async (route) => {
      sent += 1;
      if (lose) {
        await page.getByText('Koneksi sedang lambat').waitFor({ timeout: 15_000 });
        await route.abort();
      } else await route.continue();
    });
    await page.goto(town.url);
    await alive(page);
    await fill(page, { phone: newPhone() });
    await page.locator('#submit').click();
    assert.equal(await page.locator('#submit').textContent(), 'Mengirim…');
    await page.locator('#submit').click({ force: true });
    await page.locator('#name').press('Enter');
    await page.getByText('Tidak akan terdaftar dua kali').waitFor({ timeout: 15_000 });
    assert.equal(sent, 1);
    assert.equal(await page.locator('#name').inputValue(), 'Siti Aminah');

    await context.setOffline(true);
    await page.getByText('HP Anda sedang tidak tersambung').waitFor();
    await context.setOffline(false);
    await page.getByText('Sudah tersambung lagi').waitFor();
    lose = false;
    await page.reload();
    await alive(page);
    assert.equal(await page.locator('#name').inputValue(), 'Siti Aminah');
    assert.equal(await page.locator('#consent_wa').isChecked(), false, 'consent is given each time');
    await page.locator('#consent_wa').check();
    await page.locator('#submit').click();
    await page.getByRole('heading', DONE).waitFor();
  });
});

test('too many, not open, broken: the server\'s words are shown', async () => {
  for (const status of [429, 500, 503]) {
    await town.withPage({}, async (page) => {
      await page.route('**/api/registrations', (route) =>
        route.fulfill({ status, json: { errors: { form: `Alasan ${status}.` } } }),
      );
      await page.goto(town.url);
      await alive(page);
    await alive(page);
      await fill(page);
      await page.locator('#submit').click();
      await page.getByText(`Alasan ${status}.`).waitFor();
      assert.equal(await page.locator('#submit').textContent(), 'Daftar sekarang');
    }).catch((error) => {
      // The browser notes a 5xx in its console.
      if (!/status of 50[03]/.test(error.message)) throw error;
    });
  }
});

test('only who came through a link is asked about the one who invited, for 30 days', async () => {
  await town.withPage({}, async (page) => {
    await page.goto(town.url);
    await alive(page);
    assert.equal(await page.locator('#share-row').isVisible(), false);
    await page.goto(`${town.url}/ref=%2B62%20812-3456-7890`);
    await alive(page);
    assert.equal(await page.locator('#share-row').isVisible(), true);
    assert.equal(await page.locator('#ref').inputValue(), '+62 812-3456-7890');
    await page.goto(town.url);
    await alive(page);
    assert.equal(await page.locator('#share-row').isVisible(), true);
    await page.evaluate(() => localStorage.setItem('invited-until', Date.now() - 1));
    await page.reload();
    await alive(page);
    assert.equal(await page.locator('#share-row').isVisible(), false);
  });
});
