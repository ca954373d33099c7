import { type Signal, signal } from '@preact/signals';
import { type Api, openApi } from './api.ts';
import { type Confirmed, type Dialogs, openDialogs } from './dialogs.ts';
import { type Drafts, openDrafts } from './drafts.ts';
import { type LiveData, openLiveData } from './live.ts';
import { openPrefs, type Prefs } from './prefs.ts';
import { openRouter, type Router } from './router.ts';
import { openSession, type Session } from './session.ts';

/** What every part of the page reaches: made once, handed down. */
export interface App {
  readonly api: Api;
  readonly live: LiveData;
  readonly router: Router;
  readonly prefs: Prefs;
  readonly session: Session;
  readonly dialogs: Dialogs;
  readonly drafts: Drafts;
  /** What is open above the screen. */
  readonly overlay: Signal<'none' | 'palette' | 'keys'>;
  /** The last result, said once by the page and by screen readers. */
  readonly note: Signal<Confirmed | null>;
}

export function openApp(): App {
  const session = openSession();
  const api = openApi();
  const live = openLiveData(api, session.expire);
  return {
    api,
    live,
    router: openRouter(),
    prefs: openPrefs(),
    session,
    dialogs: openDialogs(),
    drafts: openDrafts(),
    overlay: signal('none'),
    note: signal<Confirmed | null>(null),
  };
}
