import { importQuestion, importSummary, removalQuestion } from '../../views/questions/fleet.ts';
import { asDialog, ended, given, showProblem } from './actions.ts';
import type { FleetImport, Removal } from './answers.ts';
import type { App } from './app.ts';
import type { Draft } from './drafts.ts';
import type { Asked } from './problem.ts';
import { texts } from './texts.ts';

/** What the buttons of the fleet do. Each asks the orchestrator first what would change. */

export interface ImportOptions {
  /** Clients that the file does not name leave the fleet. */
  readonly prune: boolean;
  /** The machines of those that leave are gone. */
  readonly gone: boolean;
}

const send = (app: App, { file, text }: Draft, more: object): Promise<Asked<FleetImport>> =>
  app.api.post<FleetImport>('v1/fleet', { file, text, ...more });

/** What the file would change; nothing is changed. */
export const checkImport = (app: App, draft: Draft, options: ImportOptions): Promise<Asked<FleetImport>> =>
  send(app, draft, { ...options, dryRun: true });

/**
 * Imports a file that was checked: with other clients leaving than the check has shown, the
 * orchestrator refuses it.
 */
export function importFleet(
  app: App,
  draft: Draft,
  { options, checked }: { readonly options: ImportOptions; readonly checked: FleetImport },
  done: (imported: FleetImport) => void,
): void {
  const { removed } = checked;
  const { answer, ...question } = asDialog(app, importQuestion(checked));
  app.dialogs.ask({
    ...question,
    ...(removed === 0 || answer === undefined ? {} : { answer, isDangerous: true }),
    title: texts.import.title,
    reason: 'none',
    button: texts.import.button,
    run: () =>
      ended(
        app,
        send(app, draft, { ...options, ...(options.prune ? { removes: removed } : {}) }),
        (imported) => {
          done(imported);
          return importSummary(imported).at(-1)?.[1] ?? '';
        },
      ),
  });
}

/** Takes clients out of the fleet. What a campaign keeps leaves only where its machine is gone. */
export async function removeClients(app: App, clients: readonly string[], done: () => void): Promise<void> {
  const remove = (more: object): Promise<Asked<Removal>> =>
    app.api.post<Removal>('v1/fleet/remove', { clients, ...more });
  const present = await remove({ dryRun: true });
  const isKept = !present.ok && present.problem.code === 'fleet.kept';
  const dry = isKept ? await remove({ dryRun: true, gone: true }) : present;
  if (!dry.ok) return showProblem(app, dry.problem);
  const { lines, ...question } = asDialog(app, removalQuestion(dry.value));
  app.dialogs.ask({
    ...question,
    lines: [...(present.ok ? [] : [present.problem.detail]), ...lines],
    ...(isKept ? { check: texts.fleet.gone } : {}),
    title: texts.fleet.removeTitle(dry.value.removed),
    reason: 'optional',
    button: 'Remove',
    isDangerous: true,
    run: ({ reason, override }) =>
      ended(app, remove({ gone: override, ...given(reason) }), ({ removed, total }) => {
        done();
        return texts.fleet.removed(removed, total);
      }),
  });
}
