// After registering: to WhatsApp, and what can be done with the own link.

import { count } from './api.js';
import { grouped } from './form.js';

/** Long enough to read the heading, short enough not to wait. */
const REDIRECT_MS = 1_500;
const INVITATION = 'Yuk ikut sesi Zoom Socialpreneur. Daftar lewat link saya:';

/** Replaces the form by what comes next. `isNew`: leads to WhatsApp by itself. */
export class Done {
  #view;
  #link;
  #source;
  #invitation;

  constructor(card, { redirect_url: chat, referral_link: link }, { answer, source, isNew }) {
    this.#view = document.getElementById('done-template').content.firstElementChild.cloneNode(true);
    this.#link = link;
    this.#source = source;
    this.#part('whatsapp').href = chat;
    this.#part('admin').textContent = grouped(new URL(chat).pathname.slice(1));
    this.#part('again').addEventListener('click', () => {
      history.replaceState(null, '', '/');
      location.reload();
    });
    if (link) this.#offerLink(link);
    else this.#part('share').hidden = true;
    this.#part('later').hidden = Boolean(link);
    answer.then((found) => {
      if (found?.event) this.#offerCalendar(found.event);
      if (found?.texts.invitation) this.#invite(found.texts.invitation);
    });
    card.replaceChildren(this.#view);
    this.#view.focus();
    this.#part('whatsapp').addEventListener('click', () => count('chat', source));
    if (isNew) this.#lead(chat);
  }

  #part(name) {
    return this.#view.querySelector(`[data-done="${name}"]`);
  }

  #lead(chat) {
    this.#part('opening').textContent = 'WhatsApp admin sedang dibuka…';
    setTimeout(() => {
      this.#part('opening').textContent = 'WhatsApp tidak terbuka? Tekan tombol ini:';
      count('chat', this.#source);
      location.assign(chat);
    }, REDIRECT_MS);
  }

  #offerLink(link) {
    const [host, ending] = link.replace('https://', '').split('/');
    this.#part('link').append(`${host}/`, document.createElement('wbr'), ending);
    const on = (name, act) => this.#part(name).addEventListener('click', act);
    this.#part('send').hidden = !navigator.share;
    on('send', () => this.#send(link));
    on('chats', () => count('share', this.#source));
    this.#invite(INVITATION);
    on('copy', () => this.#copy(link));
    on('qr', () => this.#showCode(link));
    this.#part('poster').href = `/poster#${encodeURIComponent(new URL(link).pathname.slice('/ref='.length))}`;
  }

  #invite(text) {
    this.#invitation = text;
    this.#part('chats').href = `https://wa.me/?text=${encodeURIComponent(`${text} ${this.#link}`)}`;
  }

  async #send(link) {
    try {
      await navigator.share({ text: this.#invitation, url: link });
      count('share', this.#source);
    } catch {
      // Closed without choosing anybody.
    }
  }

  async #copy(link) {
    try {
      await navigator.clipboard.writeText(link);
      this.#part('said').textContent = 'Link sudah disalin.';
      count('share', this.#source);
    } catch {
      getSelection().selectAllChildren(this.#part('link'));
      this.#part('said').textContent = 'Tekan lama pada link, lalu pilih Salin.';
    }
  }

  async #showCode(link) {
    try {
      const { drawCode } = await import('./qr.js');
      this.#part('code').replaceChildren(drawCode(link));
    } catch {
      this.#part('said').textContent = 'Kode QR belum bisa dimuat. Coba lagi.';
    }
  }

  #offerCalendar(event) {
    const offer = this.#part('calendar');
    offer.href = event.calendar;
    offer.hidden = false;
  }
}
