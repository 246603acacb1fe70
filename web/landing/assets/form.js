// The form: the server decides, this only carries its answer to the fields.

import { cities, register } from './api.js';
import { element } from './dom.js';

const SLOW_MS = 6_000;
const DRAFT = 'draft';
const KEPT = ['name', 'city', 'profession', 'phone'];

const OFFLINE = 'HP Anda sedang tidak tersambung. Isian Anda tetap tersimpan; tekan Daftar lagi begitu ada sinyal.';
const SLOW = 'Koneksi sedang lambat. Mohon tunggu, jangan tutup halaman ini.';
const LOST = 'Jawaban tidak sampai. Isian Anda tetap tersimpan; silakan tekan Daftar lagi. Tidak akan terdaftar dua kali.';
const BACK = 'Sudah tersambung lagi. Silakan tekan Daftar.';

/** Takes over the form. `onStart` is called at the first keystroke, `onDone` with the server's answer. */
export class Form {
  #form;
  #button;
  #summary;
  #notice;
  #onDone;
  #busy = false;

  constructor(form, { code, onStart, onDone }) {
    this.#form = form;
    this.#button = form.querySelector('#submit');
    this.#summary = form.querySelector('#form-errors');
    this.#notice = form.querySelector('#form-notice');
    this.#onDone = onDone;
    form.noValidate = true;
    if (code) form.elements.ref.value = code;
    this.#restore();
    form.addEventListener('input', onStart, { once: true });
    form.addEventListener('input', (event) => this.#changed(event.target));
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#send();
    });
    form.elements.city.addEventListener('focus', () => this.#suggestCities(), { once: true });
    addEventListener('offline', () => this.#say(OFFLINE));
    addEventListener('online', () => this.#say(BACK));
  }

  async #send() {
    if (this.#busy) return;
    this.#clear();
    this.#work(true);
    const slow = setTimeout(() => this.#say(SLOW), SLOW_MS);
    try {
      const { status, body } = await register(this.#fields());
      if (status === 201) {
        sessionStorage.removeItem(DRAFT);
        this.#onDone(body);
      } else if (status === 422) {
        this.#refuse(body.errors);
      } else {
        this.#say(body.errors.form);
      }
    } catch {
      this.#say(navigator.onLine ? LOST : OFFLINE);
    } finally {
      clearTimeout(slow);
      this.#work(false);
    }
  }

  #fields() {
    const fields = Object.fromEntries(new FormData(this.#form));
    fields.consent_wa = this.#form.elements.consent_wa.checked;
    fields.consent_share = this.#form.elements.consent_share.checked;
    return fields;
  }

  #work(busy) {
    this.#busy = busy;
    this.#button.setAttribute('aria-disabled', busy);
    this.#button.textContent = busy ? 'Mengirim…' : 'Daftar sekarang';
    if (busy) this.#say('');
  }

  #say(text) {
    if (text === this.#notice.textContent) return;
    this.#notice.textContent = text;
    this.#notice.hidden = !text;
  }

  /** Errors beside their fields, and all of them above the form, where the focus goes. */
  #refuse(errors) {
    this.#say('');
    const order = [...this.#form.querySelectorAll('.error')].map((place) => place.id.slice('error-'.length));
    const rank = ([field]) => order.indexOf(field) >>> 0;
    const inOrder = Object.entries(errors).sort((one, other) => rank(one) - rank(other));
    const items = inOrder.map(([field, text]) => {
      const item = element('li');
      if (!this.#mark(field, text)) {
        item.textContent = text;
        return item;
      }
      item.append(element('a', { href: `#${field}`, textContent: text }));
      return item;
    });
    const list = element('ul');
    list.append(...items);
    this.#summary.replaceChildren(element('p', { textContent: 'Mohon periksa lagi:' }), list);
    this.#summary.hidden = false;
    this.#summary.focus();
  }

  #mark(field, text) {
    const place = this.#form.querySelector(`#error-${CSS.escape(field)}`);
    if (!place) return false;
    place.textContent = text;
    place.hidden = !text;
    for (const input of this.#form.querySelectorAll(`[name="${CSS.escape(field)}"]`)) {
      if (text) input.setAttribute('aria-invalid', 'true');
      else input.removeAttribute('aria-invalid');
    }
    return true;
  }

  #clear() {
    this.#summary.hidden = true;
    for (const place of this.#form.querySelectorAll('.error:not([hidden])')) {
      this.#mark(place.id.slice('error-'.length), '');
    }
  }

  #changed(input) {
    this.#mark(input.name, '');
    if (input.name === 'phone') this.#showPhone();
    const draft = KEPT.map((name) => [name, this.#form.elements[name].value]);
    const sapaan = this.#form.elements.sapaan.value;
    sessionStorage.setItem(DRAFT, JSON.stringify({ ...Object.fromEntries(draft), sapaan }));
  }

  /** What was typed before the page was lost; not the consents, which are given each time. */
  #restore() {
    const draft = JSON.parse(sessionStorage.getItem(DRAFT) ?? '{}');
    for (const [name, value] of Object.entries(draft)) {
      const field = this.#form.elements[name];
      if (field && !field.value) field.value = value;
    }
    this.#showPhone();
  }

  #showPhone() {
    const back = this.#form.querySelector('#phone-back');
    const shown = grouped(this.#form.elements.phone.value);
    back.hidden = !shown;
    back.replaceChildren('Kami akan menulis ke ', element('strong', { textContent: shown }), '. Sudah benar?');
  }

  async #suggestCities() {
    try {
      const options = (await cities()).map((value) => element('option', { value }));
      this.#form.querySelector('#cities').replaceChildren(...options);
    } catch {
      // Suggestions are a convenience: any city can be typed.
    }
  }
}

/** `0812-3456-7890` of what reads like a mobile number, else an empty text. */
export function grouped(typed) {
  const digits = typed.replace(/\D/g, '').replace(/^(?:00)?62/, '').replace(/^0/, '');
  if (!/^8\d{7,12}$/.test(digits)) return '';
  return `0${digits}`.replace(/^(\d{4})(\d{4})(\d+)$/, '$1-$2-$3');
}
