import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, type TestContext } from 'vitest';

/** Debian's Chromium. Nothing is downloaded by a test. */
const executablePath = process.env['SERVPACK_TEST_CHROMIUM'] ?? '/usr/bin/chromium';

/**
 * Parts of the browser that are left out. The first two are the list below its address bar: each
 * window loads them into a process of their own, which takes 0.7 s of processor time. Chromium
 * takes the last `--disable-features` only, so what Playwright leaves out stands here, too.
 */
const leftOut = [
  'WebUIOmniboxPopup',
  'WebUIOmniboxAimPopup',
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsUpgrades',
  'HttpsFirstBalancedModeAutoEnable',
  'LensOverlay',
  'MediaRouter',
  'PaintHolding',
  'ThirdPartyStoragePartitioning',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'OptimizationHints',
  'NetworkTimeServiceQuerying',
  'AimEnabled',
  'PreconnectToSearch',
];

/** Root needs the first; the others keep the browser from talking to anybody. */
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  `--disable-features=${leftOut.join(',')}`,
];

/** Skips a test where there is no browser. The continuous integration must not skip. */
function needBrowser(context: TestContext): void {
  if (existsSync(executablePath) || process.env['CI'] !== undefined) return;
  context.skip(`there is no Chromium at ${executablePath}: apt-get install chromium`);
}

export const openBrowser = async (): Promise<Browser | null> =>
  existsSync(executablePath) || process.env['CI'] !== undefined
    ? chromium.launch({ executablePath, args })
    : null;

/** The browser of all files of this worker. It ends with the worker. */
let shared: Browser | null = null;

/**
 * One browser for all tests of a file, and for the files after it; what a file has opened there is
 * closed at its end. Where there is no browser, the tests are skipped.
 */
export function useBrowser(): () => Browser {
  let browser: Browser | null = null;
  beforeAll(async () => {
    if (shared?.isConnected() !== true) shared = await openBrowser();
    browser = shared;
  });
  beforeEach(needBrowser);
  afterAll(async () => {
    await Promise.all((browser?.contexts() ?? []).map((context) => context.close()));
  });
  return () => {
    if (browser === null) throw new Error('there is no browser');
    return browser;
  };
}

/** The end of waiting for what never comes on a page; no measure of speed. */
const actionMs = 60_000;

export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What must not be: errors on the console, and requests to anywhere else. */
  readonly trouble: readonly string[];
}

/** Size of the window, and the colours that the person prefers. */
export interface Looks {
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: 'light' | 'dark';
}

export const wide = { colorScheme: 'light', width: 1280, height: 800 } as const satisfies Looks;
export const phone = { colorScheme: 'dark', width: 390, height: 844 } as const satisfies Looks;

/** Opens a page of its own, which may ask this origin only. */
export async function visit(
  browser: Browser,
  url: string,
  { width = 1280, height = 800, colorScheme = 'light' }: Looks = {},
): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme });
  context.setDefaultTimeout(actionMs);
  const page = await context.newPage();
  const trouble: string[] = [];
  page.on('console', (message) => {
    // A browser that is not signed in gets one 401, and logs it.
    if (message.type() !== 'error' || message.location().url.endsWith('/v1/session')) return;
    trouble.push(`console: ${message.text()} ${message.location().url}`);
  });
  page.on('pageerror', (error) => trouble.push(`error: ${error.message}`));
  const { origin } = new URL(url);
  await page.route('**/*', (route) => {
    const asked = route.request().url();
    if (asked.startsWith(`${origin}/`)) return route.continue();
    trouble.push(`request: ${asked}`);
    return route.abort();
  });
  return { page, context, trouble };
}

/** Signs in with the token, as a person does. */
export async function signIn({ page }: Visit, url: string, token: string): Promise<void> {
  await page.goto(url);
  await page.getByLabel('Token').fill(token);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1 }).filter({ hasNotText: 'Sign in' }).waitFor();
}

/** Opens a page of its own, and signs in there with the token. */
export async function openSignedIn(
  browser: Browser,
  { url, token }: { readonly url: string; readonly token: string },
  looks: Looks = {},
): Promise<Visit> {
  const visited = await visit(browser, url, looks);
  await signIn(visited, url, token);
  return visited;
}
