import { actOrAsk, campaignPath, ended, given } from './actions.ts';
import type { Changed, Staged, Status, Withdrawn } from './answers.ts';
import type { App } from './app.ts';
import type { Confirmed } from './dialogs.ts';
import { inProgress } from './states.ts';
import { texts } from './texts.ts';

/** What the buttons of logon servers and releases do. */

/** Nothing new begins on the clients of a logon server. */
export function holdServer(app: App, status: Status, logonServer: string): void {
  const { campaign, logonServers } = status;
  const found = logonServers.find((each) => each.logonServer === logonServer);
  if (found === undefined) return;
  const { states } = found;
  app.dialogs.ask({
    title: texts.servers.holdTitle(logonServer),
    lines: texts.servers.holds(states.waiting, inProgress(states), logonServers.length - 1),
    reason: 'required',
    button: texts.servers.holdButton,
    run: ({ reason }) =>
      ended<Changed>(
        app,
        app.api.post(campaignPath(campaign, '/hold'), { logonServers: [logonServer], reason }),
        () => texts.servers.held(logonServer),
      ),
  });
}

/** The clients of a logon server go on. */
export function releaseServer(app: App, status: Status, logonServer: string): void {
  const { campaign, holds } = status;
  const hold = holds.find((each) => each.logonServer === logonServer);
  if (hold === undefined) return;
  app.dialogs.ask({
    title: texts.servers.releaseTitle(logonServer),
    lines: texts.servers.releases(hold.clients, status.paused !== null),
    reason: 'optional',
    overrides: hold.by,
    button: texts.servers.releaseButton,
    run: ({ reason, override }) =>
      ended<Changed>(
        app,
        app.api.post(campaignPath(campaign, '/release'), {
          logonServers: [logonServer],
          override,
          ...given(reason),
        }),
        () => texts.servers.released(logonServer),
      ),
  });
}

/** Stages a release file of the orchestrator's machine; its upgrade command may run for minutes. */
export const stageRelease = (app: App, path: string, override: boolean): Promise<Confirmed> =>
  ended<Staged>(app, app.api.post('v1/releases', { path, override }), ({ release, started }) =>
    texts.releases.stagedNow(release.release, release.files.length, started),
  );

/** No campaign starts with the release until it is staged again. */
export function withdrawRelease(app: App, release: string, campaigns: readonly Status[]): void {
  app.dialogs.ask({
    title: texts.releases.withdrawTitle(release),
    lines: texts.releases.withdraws(
      campaigns.length,
      campaigns.filter(({ status }) => status === 'running' || status === 'paused').length,
      campaigns.reduce((sum, { states }) => sum + states.waiting, 0),
      campaigns.reduce((sum, { states }) => sum + states.upgraded, 0),
    ),
    answer: release,
    reason: 'required',
    button: actOrAsk(app, 'withdraw', texts.releases.withdrawButton),
    isDangerous: true,
    run: ({ reason }) =>
      ended<Withdrawn>(
        app,
        app.api.post(`v1/releases/${encodeURIComponent(release)}/withdraw`, { reason }),
        ({ waiting }) => texts.releases.withdrawnNow(release, waiting),
      ),
  });
}
