// Brings the landing page to life. Without it the page is complete and the form works.

import { count, landing } from './api.js';
import { element } from './dom.js';
import { Form } from './form.js';
import { code, isInvited, source } from './invitation.js';
import { showSession } from './session.js';

const find = (id) => document.getElementById(id);
const answer = landing();

if (code) find('invited').textContent = 'Anda diundang teman';
find('share-row').hidden = !isInvited;

new Form(find('registration'), {
  code,
  onStart: () => count('start', source),
  onDone(registered) {
    // Kept with the place in the browser's history, so that the way back from WhatsApp leads here.
    history.replaceState({ registered }, '', '/');
    showDone(registered, true);
  },
});

if (history.state?.registered) showDone(history.state.registered, false);
else count('visit', source);

answer.then((found) => {
  if (!found) return;
  if (found.event) showSession(find('session'), found.event);
  if (found.video) offerVideo(find('video'), found.video);
  showTexts(found.texts);
});

keepFormAtHand();

async function showDone(registered, isNew) {
  const { Done } = await import('./done.js');
  new Done(find('daftar'), registered, { answer, source, isNew });
}

/** The video's own site is asked for nothing before somebody wants to see it. */
function offerVideo(frame, url) {
  const id = url.match(/(?:youtu\.be\/|[?&]v=|\/(?:embed|shorts|live)\/)([\w-]{11})/)?.[1];
  const label = element('span', { textContent: 'Putar video' });
  const play = id
    ? element('button', { type: 'button', className: 'play' })
    : element('a', { href: url, target: '_blank', rel: 'noopener noreferrer', className: 'play' });
  play.append(label);
  frame.append(play);
  if (!id) return;
  find('video-note').textContent = 'Video baru dimuat dari YouTube setelah Anda menekan tombol putar.';
  play.addEventListener('click', () => {
    const player = element('iframe', {
      src: `https://www.youtube-nocookie.com/embed/${id}?autoplay=1&rel=0`,
      title: 'Video perkenalan program Socialpreneur',
      allow: 'autoplay; encrypted-media; picture-in-picture',
      allowFullscreen: true,
      // The player refuses to start without a referrer; it gets the site's name and no path.
      referrerPolicy: 'strict-origin',
    });
    frame.replaceChildren(player);
    player.focus();
  });
}

/** Texts that an admin set, in place of the page's own. */
function showTexts(texts) {
  for (const place of document.querySelectorAll('[data-text]')) {
    const text = texts[place.dataset.text];
    if (!text) continue;
    if (place.dataset.text === 'faq') place.replaceChildren(...text.map(question));
    else if (place.dataset.text === 'about') place.replaceChildren(...paragraphs(text));
    else place.textContent = text;
  }
}

function question({ question, answer }) {
  const details = element('details');
  details.append(element('summary', { textContent: question }), ...paragraphs(answer));
  return details;
}

function paragraphs(text) {
  return text.split('\n\n').map((paragraph) => element('p', { textContent: paragraph }));
}

/** A button at the bottom of small screens while neither the form nor the first button is in sight. */
function keepFormAtHand() {
  const seen = new Set();
  const observer = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (entry.isIntersecting) seen.add(entry.target);
      else seen.delete(entry.target);
    }
    find('stick').hidden = seen.size > 0;
  });
  observer.observe(find('daftar'));
  observer.observe(document.querySelector('.hero-action'));
}
