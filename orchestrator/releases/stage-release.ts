import { counted } from '../domain/counted.ts';
import type { Release } from '../../shared/domain/campaign/definition.ts';
import { err, fault, ok, type Result } from '../../shared/errors.ts';
import { areInputFaults } from '../../shared/input/input-fault.ts';
import { readInputFile, yamlBytesAtMost } from '../input-file.ts';
import { parseRelease } from '../input/release-file.ts';
import { startWaiting } from '../campaigns/transitions.ts';
import { whyEnded } from '../caller.ts';
import type { OrchestratorContext } from '../context.ts';
import { badFile, type Refusal } from '../refusal.ts';
import { storedSpelling } from '../spelling.ts';
import { runStaging, type StagingRun } from './run-staging.ts';
import { statusClause } from '../../shared/domain/campaign/status-words.ts';

/**
 * What staging produced: the release, the proof that its upgrade command ran, and the campaigns
 * that waited for it.
 */
export interface StagedRelease {
  readonly release: Release;
  readonly tree: string;
  /** SHA-256 of what the upgrade command said. */
  readonly evidence: string;
  readonly tookMs: number;
  /** False = the release file has no upgrade command: servpack brings the files itself. */
  readonly commandRan: boolean;
  readonly started: readonly string[];
}

/**
 * Stages the release of a release file on this machine: runs its upgrade command, reads the
 * manifest, writes both, and starts the campaigns that wait for it. A release that a campaign is
 * rolling out is not staged again, because its clients are judged by the hashes that the campaign
 * began with. A withdrawn release is staged only with `override`.
 * @param override stage also what was withdrawn
 */
export async function stageRelease(
  context: OrchestratorContext,
  who: string,
  { path: file, override }: { readonly path: string; readonly override: boolean },
): Promise<Result<StagedRelease, Refusal>> {
  const profiles = context.profiles ?? null;
  const name = await releaseNamedIn(file, profiles);
  const before =
    (await sameName(context, name)) ??
    (await whyInUse(context, name)) ??
    (override ? null : await whyWithdrawn(context, name));
  if (before !== null) return err(before);
  const staged = await runStaging(file, profiles);
  if (!staged.ok) {
    if (areInputFaults(staged.error)) return err(badFile(file, staged.error));
    const { code, message, cause } = staged.error;
    // The sentence holds the last words of the command only; the log keeps all of them.
    context.log.warn({ release: name, who, code, command: cause }, message);
    return err(staged.error);
  }
  const { tree, evidence, tookMs } = staged.value;
  const release = await knownSiteWide(context, staged.value.release);
  // An upgrade command takes its time: a campaign may have started, or the token been revoked.
  const meanwhile = (await whyInUse(context, release.release)) ?? (await whyEnded(context.caller));
  if (meanwhile !== null) return err(meanwhile);
  await context.store.stageRelease(
    release,
    { sha256: evidence.sha256, text: evidence.output },
    auditOf(context, who, staged.value),
  );
  const started = await startWaiting(context, who);
  context.log.info({ release: release.release, who, files: release.files.length, started }, 'release staged');
  return ok({
    release,
    tree,
    evidence: evidence.sha256,
    tookMs,
    commandRan: evidence.exitCode !== null,
    started,
  });
}

/** Names compare without case, so no two releases differ by case only. */
async function sameName({ store }: OrchestratorContext, name: string | null): Promise<Refusal | null> {
  const other = name === null ? null : await storedSpelling(store, 'release', name);
  return other === name
    ? null
    : fault('release.taken', `a release named ${other} is staged already, and ${name} is the same name`);
}

/** Two stagings run one after the other: the second finds the share as the first one left it. */
async function knownSiteWide({ store }: OrchestratorContext, release: Release): Promise<Release> {
  const known = await store.readRelease(release.release);
  return known?.siteWide === true ? { ...release, siteWide: true } : release;
}

async function whyWithdrawn({ store }: OrchestratorContext, name: string | null): Promise<Refusal | null> {
  const withdrawn = name === null ? undefined : (await store.readRelease(name))?.withdrawn;
  if (withdrawn === undefined) return null;
  const because = `release ${name} was withdrawn by ${withdrawn.by}: ${withdrawn.because}`;
  return fault(
    'release.withdrawn',
    `${because}; stage another one, or this one all the same with --override`,
  );
}

/** Null when the file has faults: the staging itself reports them. */
async function releaseNamedIn(file: string, profiles: string | null): Promise<string | null> {
  const text = await readInputFile(file, yamlBytesAtMost);
  const input = text.ok ? parseRelease(text.value, file, profiles) : text;
  return input.ok ? input.value.release : null;
}

/**
 * Checked before the upgrade command runs, because the command changes the tree, and again before
 * its result is written.
 */
async function whyInUse({ store }: OrchestratorContext, release: string | null): Promise<Refusal | null> {
  for (const { campaign } of await store.campaigns(['running', 'paused'])) {
    const { definition, state } = campaign;
    if (definition.release !== release) continue;
    const because = `release ${release} is being rolled out by campaign ${definition.campaign}, which ${statusClause[state.status]}`;
    return fault('release.inUse', `${because}; stage a changed one under another name`);
  }
  return null;
}

const auditOf = (
  { clock }: OrchestratorContext,
  who: string,
  { release, tree, host, evidence }: StagingRun,
) => ({
  at: clock.now(),
  campaign: '',
  client: null,
  who,
  from: '',
  to: 'staged',
  because:
    `release ${release.release} of ${release.product}: ${counted(release.files.length, 'file')} in ${tree}; ` +
    (evidence.exitCode === null
      ? 'no upgrade command, because servpack brings the files itself'
      : `the upgrade command ended${host === null ? '' : ` on ${host}`} with exit code ${evidence.exitCode}`),
  evidence: evidence.sha256,
});
