// What the status page is made of. Text is only ever set as text, since paths and reasons come from clients.

/** An element with attributes and children; strings become text. */
export const make = (name, attributes = {}, ...children) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children.map((child) => (child instanceof Node ? child : String(child))));
  return element;
};

const svg = (name, attributes) => {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
};

export const clock = (at) => new Date(at).toLocaleTimeString([], { hour12: false });
const number = (value) =>
  value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 || value === 0 ? 0 : 1);
export const secondsAgo = (now, at) => `${Math.max(0, Math.round((now - at) / 1000))} s ago`;

export const chart = (title, unit, values) => {
  const most = Math.max(...values, 0);
  const top = most === 0 ? 1 : most;
  const step = 300 / (values.length - 1);
  const at = values.map(
    (value, index) => `${(index * step).toFixed(1)},${(58 - (value / top) * 54).toFixed(1)}`,
  );
  const last = values.at(-2) ?? 0;
  const label = `${title}: now ${number(last)} ${unit}, at most ${number(most)} in ten minutes`;
  const drawing = svg('svg', {
    viewBox: '0 0 300 60',
    preserveAspectRatio: 'none',
    role: 'img',
    'aria-label': label,
  });
  drawing.append(
    svg('polygon', { class: 'area', points: `0,60 ${at.join(' ')} 300,60` }),
    svg('polyline', { class: 'curve', points: at.join(' ') }),
  );
  const box = make('div', {}, make('h3', {}, title), drawing);
  box.append(make('p', { class: 'soft' }, `${number(last)} ${unit} now, ${number(most)} at most`));
  return box;
};

/** Fills a table, or shows the sentence before it when there is nothing. */
export const fill = (id, rows) => {
  const table = document.getElementById(id);
  table.hidden = rows.length === 0;
  table.previousElementSibling.hidden = rows.length > 0;
  table.tBodies[0].replaceChildren(...rows);
};

export const row = (...cells) => make('tr', {}, ...cells.map((cell) => make('td', {}, cell)));
export const gauge = (value, max, label) => make('meter', { value, max, 'aria-label': label });
