import { STATUS_CODES } from 'node:http';
import type { Reply } from './wsgi.ts';

const titles: Readonly<Record<number, string>> = {
  413: 'Request Entity Too Large',
};

/** The reason phrase as WebOb writes it. */
export const webobTitle = (status: number): string => titles[status] ?? STATUS_CODES[status] ?? 'Error';

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"]/g, (sign) => `&#${sign.codePointAt(0) ?? 0};`);

/**
 * An error page of WebOb (webob/exc.py): HTML, JSON or plain text, whichever the Accept header prefers, and plain text
 * when there is none. Nova's router and size errors and all errors of Glance look like this.
 */
export const webobError = (accept: string | undefined, status: number, explanation: string): Reply => {
  const title = webobTitle(status);
  const wanted = (accept ?? '').toLowerCase();
  const reply = (type: string, body: string): Reply => ({
    status,
    reason: title,
    headers: { 'content-type': `${type}; charset=UTF-8` },
    body,
  });
  if (wanted.includes('text/html') || wanted.includes('*/*')) {
    const page = `<html>\n <head>\n  <title>${status} ${title}</title>\n </head>\n <body>\n  <h1>${status} ${title}</h1>\n  ${escapeHtml(explanation)}<br /><br />\n\n\n\n </body>\n</html>`;
    return reply('text/html', page);
  }
  if (wanted.includes('application/json')) {
    const message = `${explanation}<br /><br />\n\n\n`;
    return reply('application/json', JSON.stringify({ message, code: `${status} ${title}`, title }));
  }
  return reply('text/plain', `${status} ${title}\n\n${explanation}\n\n   `);
};
