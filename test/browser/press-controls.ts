import type { Page } from 'playwright-core';

/** A screen with controls, and what makes them ready to be pressed. */
export interface ControlScreen {
  /** Below the page. */
  readonly path: string;
  /** Words that say that the answer is there. */
  readonly says: string;
  /** Is written into every empty text field. */
  readonly text?: string;
  /** Also the buttons around the screen. */
  readonly isShell?: boolean;
}

/** A button of a screen, as a person meets it. */
export interface Control {
  readonly name: string;
  /** Why it cannot be pressed by this person; null = it can. */
  readonly hint: string | null;
}

/** A request that came of a button, with the question behind it answered. */
export interface AskedRequest {
  readonly method: string;
  readonly path: string;
}

/**
 * Runs in the page before its own script, so as text. Requests that would change something are
 * noted and refused; a dry run, a plan and everything that only reads is answered.
 */
const driver = `(() => {
  const real = window.fetch.bind(window);
  const asked = [];
  let underWay = 0;
  window.fetch = async (target, init = {}) => {
    const { pathname } = new URL(String(target));
    const method = init.method ?? 'GET';
    if (pathname.endsWith('/v1/events')) return real(target, init);
    asked.push({ method, path: pathname });
    if (pathname.endsWith('/v1/session') && method === 'DELETE') return new Promise(() => undefined);
    const isRead = method === 'GET' || /\\/(?:plan|simulate)$/.test(pathname) || /"dryRun":true/.test(init.body ?? '');
    if (!isRead && !pathname.endsWith('/v1/session'))
      return new Response(JSON.stringify({ code: 'test', detail: 'nothing is changed' }), { status: 409 });
    underWay += 1;
    try {
      const answer = await real(target, init);
      await answer.clone().text();
      return answer;
    } finally { underWay -= 1; }
  };
  const frame = async () => { await new Promise(requestAnimationFrame); await new Promise((done) => setTimeout(done)); };
  const quiet = async () => { for (let calm = 0; calm < 4; calm += 1) { await frame(); if (underWay > 0) calm = 0; } };
  const dialog = () => document.querySelector('dialog[open]');
  const nameOf = (button) =>
    [button.closest('[role=group]')?.getAttribute('aria-label'), button.getAttribute('aria-label') ?? button.textContent.trim()].filter(Boolean).join(': ');
  const buttons = ({ isShell }) => [...document.querySelectorAll(isShell ? '#app button' : 'main button')].filter((each) => each.checkVisibility() && each.closest('dialog') === null);
  const write = (field, text) => { field.value = text; field.dispatchEvent(new Event('input', { bubbles: true })); };
  const close = async () => { dialog()?.dispatchEvent(new Event('cancel', { cancelable: true })); await frame(); };
  const go = async ({ path, says, text }) => {
    if (location.pathname + location.search !== '/' + path) {
      history.pushState(null, '', '/' + path);
      dispatchEvent(new PopStateEvent('popstate'));
    }
    for (const until = Date.now() + 60000; !document.querySelector('main')?.textContent.includes(says); ) {
      if (Date.now() > until) throw new Error(path + ' does not say ' + says);
      await frame();
    }
    const box = document.querySelector('main input[data-select]');
    if (box !== null && !box.checked) box.click();
    if (text !== undefined)
      for (const field of document.querySelectorAll('main textarea, main input:not([type])')) if (field.value === '') write(field, text);
    await quiet();
  };
  const answer = async () => {
    for (const field of dialog().querySelectorAll('input:not([type=checkbox]), textarea'))
      write(field, /Type (.*) to confirm/.exec(field.closest('label')?.textContent ?? '')?.[1] ?? 'because');
    await frame();
    (dialog().querySelector('button[type=submit]') ?? dialog()).click();
    await quiet();
  };
  window.controlsOn = async (screen) => {
    await go(screen);
    return buttons(screen).map((each) => ({
      name: nameOf(each),
      hint: each.getAttribute('aria-disabled') === 'true' ? each.title : null,
    }));
  };
  window.pressAll = async (screen) => {
    const pressed = {};
    for (;;) {
      await go(screen);
      const next = buttons(screen).find((each) => !each.disabled && !(nameOf(each) in pressed));
      if (next === undefined) return Object.entries(pressed);
      const name = nameOf(next);
      asked.length = 0;
      next.click();
      await quiet();
      if (dialog() !== null) await answer();
      pressed[name] = [...asked];
      await close();
    }
  };
})()`;

/** Call it before the page is opened. */
export const readyToPress = (page: Page): Promise<unknown> => page.addInitScript(driver);

/** The buttons of a screen. */
export const controlsOn = (page: Page, screen: ControlScreen): Promise<readonly Control[]> =>
  page.evaluate<readonly Control[]>(`controlsOn(${JSON.stringify(screen)})`);

/** Presses every button of a screen once, and says by its name what it asked. */
export const pressAll = (
  page: Page,
  screen: ControlScreen,
): Promise<readonly (readonly [name: string, asked: readonly AskedRequest[]])[]> =>
  page.evaluate(`pressAll(${JSON.stringify(screen)})`);
