// A link as a QR code. Loaded when somebody asks for one.

import { generate } from './vendor/lean-qr.js';

const QUIET = 4;

/** A drawing of the code: dark on white in any colour scheme, since cameras expect that. */
export function drawCode(link) {
  const code = generate(link);
  const size = code.size + 2 * QUIET;
  let path = '';
  for (let y = 0; y < code.size; y += 1) {
    for (let x = 0; x < code.size; x += 1) {
      if (code.get(x, y)) path += `M${x + QUIET} ${y + QUIET}h1v1h-1z`;
    }
  }
  const make = (name, attributes) => {
    const made = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
    return made;
  };
  const drawing = make('svg', {
    viewBox: `0 0 ${size} ${size}`,
    class: 'qr',
    role: 'img',
    'aria-label': `Kode QR untuk ${link}`,
    'shape-rendering': 'crispEdges',
  });
  drawing.append(make('rect', { width: size, height: size, fill: '#fff' }), make('path', { d: path, fill: '#000' }));
  return drawing;
}
