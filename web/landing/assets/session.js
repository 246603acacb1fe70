// The next session: when it is by all three clocks, and how long until then.

import { element } from './dom.js';

const MINUTE_MS = 60_000;

/** Shows an event in place of the words that stand there until one is planned. */
export function showSession(card, event) {
  const line = (name) => card.querySelector(`[data-session="${name}"]`);
  line('title').textContent = event.title;
  line('date').textContent = event.date;
  line('clocks').replaceChildren(...event.clocks.map((clock) => element('li', { textContent: clock })));
  describe(card, event);

  const start = Date.parse(event.start_time);
  const tick = () => {
    line('left').textContent = left(start - Date.now());
  };
  tick();
  setInterval(tick, MINUTE_MS / 2);
}

function left(ms) {
  if (ms <= 0) return 'Sesi sedang berlangsung';
  const minutes = Math.ceil(ms / MINUTE_MS);
  const parts = [
    [Math.floor(minutes / 1440), 'hari'],
    [Math.floor(minutes / 60) % 24, 'jam'],
    [minutes % 60, 'menit'],
  ];
  const shown = parts.filter(([amount]) => amount > 0).slice(0, 2);
  return `Dimulai ${shown.map((part) => part.join(' ')).join(' ')} lagi`;
}

// Search engines read it from the page itself: a script inside the page is not allowed here.
function describe(card, event) {
  card.setAttribute('itemscope', '');
  card.setAttribute('itemtype', 'https://schema.org/Event');
  card.querySelector('[data-session="title"]').setAttribute('itemprop', 'name');
  const meta = (itemprop, content) => property('meta', { itemprop, content });
  const place = property('span', {
    itemprop: 'location',
    itemscope: '',
    itemtype: 'https://schema.org/VirtualLocation',
  });
  place.append(property('link', { itemprop: 'url', href: `${location.origin}/` }));
  card.append(
    meta('startDate', event.start_time),
    meta('eventAttendanceMode', 'https://schema.org/OnlineEventAttendanceMode'),
    meta('eventStatus', 'https://schema.org/EventScheduled'),
    place,
  );
}

function property(name, attributes) {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.hidden = true;
  return made;
}
