import { setTimeout as delay } from 'node:timers/promises';
import { type ApiClient, surveyPath } from '../client/api-client.ts';
import { howToStart } from '../client/no-orchestrator.ts';
import { judgeLooks, type SampleResult } from './sample-looks.ts';
import { broken, fine, warning } from '../../doctor/check.ts';
import { checkWithoutOrchestrator, checkShell } from '../../doctor/without-orchestrator.ts';
import { type Check, doctorAnswer } from '../../http/schemas/orchestrator.ts';
import { surveyAnswer, surveyLooksAnswer } from '../../http/schemas/surveys.ts';
import type { Refusal } from '../../refusal.ts';
import type { SurveyStatus } from '../../../shared/domain/survey/survey.ts';
import { ok, type Result } from '../../../shared/errors.ts';
import { sampleAnswer } from '../../http/schemas/fleet.ts';

/** Makes every check that is possible, whether an orchestrator answers or not. */
export async function examine(
  api: Result<ApiClient, Refusal>,
  env: NodeJS.ProcessEnv,
  dataDir: string,
  drawing: SampleOptions,
): Promise<readonly Check[]> {
  const here = checkShell(env);
  const answered = api.ok ? await api.value.get(doctorAnswer, '/v1/doctor') : api;
  if (!api.ok) return [...here, ...(await withoutChecks(api.error, false, env, dataDir))];
  if (!answered.ok) return [...here, ...(await withoutChecks(answered.error, true, env, dataDir))];
  const { checks } = answered.value;
  const canLook = !checks.some(
    ({ area, state }) => state === 'broken' && (area === 'workers' || area === 'redis'),
  );
  const clients =
    drawing.sample === 0 ? [] : canLook ? await lookAtSample(api.value, drawing) : [cannotLook(checks)];
  return [...here, answers, ...checks, ...clients];
}

/** @param wasAsked an orchestrator was asked for its checks */
async function withoutChecks(
  error: Refusal,
  wasAsked: boolean,
  env: NodeJS.ProcessEnv,
  dataDir: string,
): Promise<readonly Check[]> {
  if (isOfOrchestrator(error, wasAsked)) return [answers, refused(error)];
  return [noOrchestrator(error), ...(await checkWithoutOrchestrator(env, dataDir))];
}

const answers = fine('servpack', 'an orchestrator answers');

/**
 * An orchestrator has answered: it refuses the caller, or it is well and there is no token to show
 * to it.
 */
const isOfOrchestrator = ({ code }: Refusal, wasAsked: boolean): boolean =>
  /^(?:role|token)\./u.test(code) || (wasAsked && !/^(?:unreachable|input)\b/u.test(code));

const unchecked =
  'Redis, the audit, the releases, the workers and the clients were not checked; servpack itself may be well';

/** The orchestrator answers, and does not let this caller ask for its checks. */
function refused({ code, message }: Refusal): Check {
  const says = `the checks of the orchestrator were not made: ${message}`;
  if (code.startsWith('role.'))
    return warning(
      'servpack',
      says,
      `${unchecked}; this token goes on doing what it is for`,
      'run servpack doctor with a token of any role that is not narrowed to campaigns or sites (--token-file FILE); an administrator makes one: servpack token create NAME --role viewer',
    );
  if (code.startsWith('token.'))
    return warning(
      'servpack',
      says,
      `${unchecked}; no other command works with this token either`,
      'give a token that this orchestrator knows: --token-file FILE, --data FOLDER or SERVPACK_TOKEN; an administrator makes one: servpack token create NAME --role viewer',
    );
  return broken(
    'servpack',
    says,
    unchecked,
    'run servpack doctor again; the log of the orchestrator may say more',
  );
}

function noOrchestrator({ code, message }: Refusal): Check {
  // A fault of the command line or of a context: nobody was asked.
  if (!code.startsWith('unreachable'))
    return broken(
      'servpack',
      message,
      'no orchestrator was asked, so it is not known whether one runs; no command works from here',
      'correct it, or choose another orchestrator with --url, --token-file and --data',
    );
  return broken(
    'servpack',
    message.replace(`; ${howToStart}`, '').replace(/; or .*$/, ''),
    'no client is admitted and no command works; workers complete their work in progress',
    `${howToStart}; choose another one with --url, --token-file and --data`,
  );
}

const cannotLook = (checks: readonly Check[]): Check => {
  const isBroken = checks.some(({ area, state }) => area === 'redis' && state === 'broken');
  return warning(
    'clients',
    isBroken
      ? 'not checked, because Redis is broken (above)'
      : 'not checked, because no worker can look (above)',
    'it is unknown if clients can be reached',
    'repair what is broken above, then run servpack doctor again',
  );
};

export interface SampleOptions {
  /** How many clients are looked at; 0 = none. */
  readonly sample: number;
  readonly seed: string;
  /** Real milliseconds that these looks may take. */
  readonly withinMs: number;
}

const pollMs = 250;

/** Looks at a few clients of the fleet. This changes nothing on them. */
async function lookAtSample(
  api: ApiClient,
  { sample, seed, withinMs }: SampleOptions,
): Promise<readonly Check[]> {
  const drawn = await api.get(sampleAnswer, '/v1/fleet/sample', { count: sample, seed });
  if (!drawn.ok) return [sampleFailed(drawn.error)];
  const { clients, total } = drawn.value;
  if (clients.length === 0) return [emptyFleet];
  const found = await survey(api, clients, withinMs);
  return [
    found.ok ? judgeLooks({ asked: clients.length, total, seed, ...found.value }) : sampleFailed(found.error),
  ];
}

/** Makes a survey of these clients and waits for it. Cancels it when it takes too long. */
async function survey(
  api: ApiClient,
  names: readonly string[],
  withinMs: number,
): Promise<Result<Pick<SampleResult, 'looked' | 'failed'>, Refusal>> {
  const begun = await api.post(surveyAnswer, '/v1/surveys', {
    targets: { from: 'names', names },
    withinMinutes: Math.ceil(withinMs / 60_000),
  });
  if (!begun.ok) return begun;
  const path = surveyPath(begun.value.survey);
  const over = await waitFor(api, path, withinMs);
  if (!over.ok) return over;
  const looks = await api.get(surveyLooksAnswer, `${path}/looks`, { verdict: 'couldNotLook', limit: 1_000 });
  return looks.ok ? ok({ looked: over.value.looked, failed: looks.value.looks }) : looks;
}

async function waitFor(
  api: ApiClient,
  path: string,
  withinMs: number,
): Promise<Result<SurveyStatus, Refusal>> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const status = await api.get(surveyAnswer, path);
    if (!status.ok || status.value.status !== 'running') return status;
    if (performance.now() >= deadline) return api.post(surveyAnswer, `${path}/cancel`);
    await delay(pollMs);
  }
}

const emptyFleet = warning(
  'clients',
  'the fleet is empty',
  'a campaign has no clients',
  'import it: servpack fleet import FILE',
);

const sampleFailed = ({ message }: Refusal): Check =>
  warning(
    'clients',
    `not checked: ${message}`,
    'it is unknown if clients can be reached',
    'run servpack doctor again',
  );
