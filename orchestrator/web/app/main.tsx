import { type JSX, render } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { type App, openApp } from './app.ts';
import { listenToKeys } from './keys.ts';
import { AskDialog } from './parts/dialog.tsx';
import { KeysHelp, Palette } from './parts/palette.tsx';
import { Shell } from './parts/shell.tsx';
import { SignIn } from './parts/sign-in.tsx';
import { screenOf } from './screens/screen-of.tsx';
import { Wall } from './screens/wall.tsx';
import { AppContext } from './use.ts';

/** The whole page: signed out, the sign-in; else the shell with a screen, and what is above it. */
function Page({ app }: { readonly app: App }): JSX.Element | null {
  const { dialogs, overlay, router, session } = app;
  const wasIn = useRef(false);
  useEffect(() => listenToKeys(app), [app]);
  const state = session.state.value;
  useEffect(() => {
    if (state !== 'in') return undefined;
    app.live.begin();
    return app.live.end;
  }, [app, state]);
  if (state === 'in') wasIn.current = true;
  if (state === 'unknown') return null;
  if (state === 'out') return <SignIn wasIn={wasIn.current} />;
  const question = dialogs.open.value;
  const above = overlay.value;
  return (
    <>
      {router.place.value.parts[0] === 'wall' ? <Wall /> : <Shell>{screenOf(router.place.value)}</Shell>}
      {question === null ? null : <AskDialog key={question.title} question={question} />}
      {above === 'palette' ? <Palette /> : null}
      {above === 'keys' ? <KeysHelp /> : null}
    </>
  );
}

/** A relative link would lead elsewhere once the address has changed. */
function fixLinks(): void {
  for (const link of document.querySelectorAll('link')) link.href = new URL(link.href).href;
}

fixLinks();
const app = openApp();
const root = document.getElementById('app');
if (root !== null)
  render(
    <AppContext.Provider value={app}>
      <Page app={app} />
    </AppContext.Provider>,
    root,
  );
void app.session.begin(app.api);
