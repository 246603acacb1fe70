// The phones: a list of all chats, newest first, and the opened ones side by side. Chats only
// grow, so each message is added once and nothing is built again.

import { byId, fromTemplate, itemTime, part, post, rowTime, setText } from './page.js';

const NEAR_END_PX = 48; // a chat scrolled this near its end follows new messages
const OPENED_AT_FIRST = 3; // the first chats open by themselves

let numbers = []; // the sending numbers as in the last answer
let openByItself = OPENED_AT_FIRST;
const chats = new Map(); // phone → { phone, items, unread, row, view }, oldest activity first

const isNumber = (phone) => numbers.some((number) => number.phone === phone);
const labelOf = (phone) => numbers.find((number) => number.phone === phone)?.label || phone;

// The list

function addChat(phone) {
  const chat = { phone, items: [], unread: 0, row: fromTemplate('row-template'), view: null };
  setText(part(chat.row, 'phone'), phone);
  part(chat.row, 'open').addEventListener('click', () => {
    openByItself = 0;
    if (!chat.view) openPhone(chat);
    chat.view.element.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    part(chat.view.element, 'chat').focus({ preventScroll: true });
  });
  if (openByItself > 0) {
    openByItself -= 1;
    openPhone(chat);
  }
  return chat;
}

function showRow(chat) {
  const last = chat.items.at(-1);
  setText(part(chat.row, 'last'), last.text || 'Attached file');
  setText(part(chat.row, 'at'), rowTime(new Date(last.at)));
  showUnread(chat);
}

function showUnread(chat) {
  const badge = part(chat.row, 'unread');
  badge.hidden = chat.unread === 0;
  setText(badge, `${chat.unread} new`);
  chat.row.classList.toggle('is-open', chat.view !== null);
  part(chat.row, 'open').setAttribute('aria-expanded', String(chat.view !== null));
  if (!chat.view) return;
  const below = part(chat.view.element, 'below');
  below.hidden = chat.unread === 0;
  setText(below, `${chat.unread} new ↓`);
}

/** Rows must not move away from under a pointer or the focus. */
const listIsHeld = () => byId('list').matches(':focus-within')
  || (matchMedia('(hover: hover)').matches && byId('list').matches(':hover'));

let listIsStale = false;

function orderList() {
  listIsStale = true;
  if (listIsHeld()) return;
  listIsStale = false;
  const wanted = [...chats.values()].reverse();
  const list = byId('list');
  const top = list.scrollTop;
  wanted.forEach((chat, at) => {
    if (list.children[at] !== chat.row) list.insertBefore(chat.row, list.children[at] ?? null);
  });
  list.scrollTop = top;
}

for (const left of ['pointerleave', 'focusout']) {
  // After the event, when the list is no longer held.
  byId('list').addEventListener(left, () => setTimeout(() => { if (listIsStale) orderList(); }));
}

/** `0812…`, `62812…` and `+62 812-…` find the same phone. */
function applyFilter() {
  const wanted = byId('filter').value.replace(/\D/g, '').replace(/^(0|62)/, '');
  let shown = 0;
  for (const chat of chats.values()) {
    chat.row.hidden = !chat.phone.includes(wanted);
    shown += chat.row.hidden ? 0 : 1;
  }
  setText(byId('shown'), chats.size === 0 ? '' : `${shown} of ${chats.size}`);
  showArea(chats.size > 0);
}

function showArea(on) {
  byId('empty').hidden = on;
  byId('phones-area').hidden = !on;
}
byId('filter').addEventListener('input', applyFilter);

// The opened phones

function openPhone(chat) {
  const view = { element: fromTemplate('phone-template'), toChosen: false };
  chat.view = view;
  const at = (name) => part(view.element, name);
  const { phone } = chat;
  setText(at('phone'), phone);
  at('chat').setAttribute('aria-label', `Chat of ${phone}`);
  at('to').setAttribute('aria-label', `${phone} replies to`);
  at('form').setAttribute('aria-label', `How the webhook hears of ${phone}`);
  at('reply-text').setAttribute('aria-label', `Reply from ${phone}`);
  at('close').setAttribute('aria-label', `Close ${phone}`);
  at('invite').href = `/ref=${encodeURIComponent(phone.replace(/^\+62/, '0'))}`;
  at('invite').setAttribute('aria-label', `Invite link of ${phone}`);
  at('to').addEventListener('change', () => { view.toChosen = true; });
  at('close').addEventListener('click', () => closePhone(chat));
  at('below').addEventListener('click', () => toEnd(chat));
  at('chat').addEventListener('scroll', () => { if (isAtEnd(chat)) readAll(chat); });
  at('reply').addEventListener('submit', (event) => {
    event.preventDefault();
    reply(chat);
  });
  at('chat').append(...chat.items.map((item) => itemElement(item, phone)));
  byId('phones').append(view.element);
  showReplyTargets(chat);
  toEnd(chat);
}

function closePhone(chat) {
  openByItself = 0;
  chat.view.element.remove();
  chat.view = null;
  showUnread(chat);
  part(chat.row, 'open').focus({ preventScroll: true });
}

function isAtEnd(chat) {
  const box = part(chat.view.element, 'chat');
  return box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END_PX;
}

function toEnd(chat) {
  const box = part(chat.view.element, 'chat');
  box.scrollTop = box.scrollHeight;
  readAll(chat);
}

function readAll(chat) {
  chat.unread = 0;
  showUnread(chat);
}

async function reply(chat) {
  const { element } = chat.view;
  const text = part(element, 'reply-text');
  const problem = part(element, 'problem');
  const typed = text.value;
  problem.hidden = true;
  try {
    const [form, lid] = part(element, 'form').value.split(' ');
    await post('/simulator/reply', { from: chat.phone, to: part(element, 'to').value, text: typed, form, lid });
    if (text.value === typed) text.value = '';
  } catch (error) {
    // It stands in the chat, as with a phone; it is the webhook that has not heard of it.
    const { code, status } = error.body?.error ?? {};
    problem.textContent = code === 'not_taken'
      ? `The webhook did not take it: ${status ? `it answered ${status}` : 'no answer'}.`
      : `Not delivered: ${error.message}.`;
    if (code === 'not_taken' && text.value === typed) text.value = '';
    problem.hidden = false;
  }
}

function itemElement(item, phone) {
  const element = fromTemplate('item-template');
  const own = item.from === phone;
  element.classList.toggle('own', own);
  part(element, 'who').textContent = own ? `to ${labelOf(item.to)}` : `${labelOf(item.from)} · ${item.from}`;
  part(element, 'text').textContent = item.text ?? '';
  if (item.media_url) {
    const link = part(element, 'media-link');
    link.textContent = item.media_url;
    link.href = filePath(item.media_url);
    part(element, 'media').hidden = false;
  }
  part(element, 'at').dateTime = item.at;
  part(element, 'at').textContent = itemTime(new Date(item.at));
  return element;
}

/** A file of the site stands on this machine, whatever the site is called. */
function filePath(address) {
  const path = URL.canParse(address) ? new URL(address).pathname : '';
  return path.startsWith('/media/') ? path : address;
}

/** Offers our numbers to reply to: the last one that wrote, unless another was chosen. */
function showReplyTargets(chat) {
  const to = part(chat.view.element, 'to');
  const offered = [...to.options].map((option) => [option.value, option.text].join());
  const wanted = numbers.map((number) => [number.phone, `to ${number.label || number.phone}`]);
  if (offered.join() !== wanted.join()) {
    const chosen = to.value;
    to.replaceChildren(...wanted.map(([value, text]) => new Option(text, value)));
    if (wanted.some(([value]) => value === chosen)) to.value = chosen;
  }
  const last = chat.items.findLast((item) => item.from !== chat.phone && isNumber(item.from));
  if (last && !chat.view.toChosen && to.value !== last.from) to.value = last.from;
}

// What the page hands over

/** The sending numbers of an answer. */
export function showNumbersInPhones(all) {
  numbers = all;
  for (const chat of chats.values()) if (chat.view) showReplyTargets(chat);
}

/** Messages in the order in which they came; those that are news count as unread until seen. */
export function addMessages(messages, { areNews }) {
  applyFilter();
  if (messages.length === 0) return;
  showArea(true); // what is hidden has no end to follow
  const touched = new Set();
  for (const item of messages) {
    const phone = isNumber(item.from) ? item.to : item.from;
    const chat = chats.get(phone) ?? addChat(phone);
    chats.delete(phone); // to its end: the newest activity
    chats.set(phone, chat);
    touched.add(chat);
    const follows = chat.view !== null && isAtEnd(chat);
    chat.items.push(item);
    if (chat.view) part(chat.view.element, 'chat').append(itemElement(item, phone));
    if (follows) toEnd(chat);
    else if (areNews && item.from !== phone) chat.unread += 1;
  }
  for (const chat of touched) {
    showRow(chat);
    if (chat.view) showReplyTargets(chat);
  }
  orderList();
  applyFilter();
}

/** The chats are others than before: the server has begun anew. */
export function forgetMessages() {
  for (const chat of chats.values()) {
    chat.row.remove();
    chat.view?.element.remove();
  }
  chats.clear();
  openByItself = OPENED_AT_FIRST;
}
