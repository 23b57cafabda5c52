/** A real browser for tests: Debian's Chromium, without a window, with a profile of its own. */
import { mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import { requireCommands } from './apt.ts';

/** Where screenshots of a test run are kept, for people to look at. */
export const artefacts = join(import.meta.dirname, '../../test-artefacts');

export interface BrowserOptions {
  readonly colorScheme?: 'light' | 'dark';
  readonly width?: number;
}

export interface TestPage extends Page {
  /** What the browser complained of: errors of scripts, and things that the content policy forbade. */
  readonly complaints: readonly string[];
}

/** One page in a browser of its own, ended with the test. */
export const openPage = async (t: TestContext, options: BrowserOptions = {}): Promise<TestPage> => {
  requireCommands(['chromium'], 'chromium');
  mkdirSync(artefacts, { recursive: true });
  const profile = await mkdtemp(join(tmpdir(), 'images-gateway-browser-'));
  const context: BrowserContext = await chromium.launchPersistentContext(profile, {
    executablePath: '/usr/bin/chromium',
    headless: true,
    colorScheme: options.colorScheme ?? 'light',
    viewport: { width: options.width ?? 1200, height: 900 },
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  t.after(async () => {
    await context.close();
    await rm(profile, { recursive: true, force: true });
  });
  const page = context.pages()[0] ?? (await context.newPage());
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  return Object.assign(page, { complaints });
};
