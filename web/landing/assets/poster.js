// Draws the code of the link whose ending stands behind the # of the address: that part of an
// address is sent to nobody.

import { drawCode } from './qr.js';

const code = ending();
if (code) {
  const address = `${location.host}/ref=${code}`;
  document.getElementById('code').replaceChildren(drawCode(`${location.origin}/ref=${code}`));
  document.getElementById('address').textContent = address;
  const print = document.getElementById('print');
  print.hidden = false;
  print.addEventListener('click', () => window.print());
}

function ending() {
  try {
    // Numbers and short codes only: the poster must not say what somebody else made up.
    return decodeURIComponent(location.hash.slice(1)).match(/^\+?[0-9a-z]{6,16}$/i)?.[0] ?? '';
  } catch {
    return '';
  }
}
