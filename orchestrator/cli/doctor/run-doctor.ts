import type { Result } from '../../../shared/errors.ts';
import { type Check, doctorAnswer } from '../../http/schemas/doctor.ts';
import { broken, fine, warning } from '../../doctor/check.ts';
import { checkAlone, checkHere } from '../../doctor/here.ts';
import type { Refusal } from '../../refusal.ts';
import type { ApiClient } from '../client/api-client.ts';
import { lookAtSome, type SampleQuestion } from './choose-sample.ts';

/** Everything that can be said, whether an orchestrator answers or not. */
export async function examine(
  api: Result<ApiClient, Refusal>,
  env: NodeJS.ProcessEnv,
  dataDir: string,
  question: SampleQuestion,
): Promise<readonly Check[]> {
  const here = checkHere(env);
  const answered = api.ok ? await api.value.get(doctorAnswer, '/v1/doctor') : api;
  if (!answered.ok || !api.ok) {
    const because = answered.ok ? '' : answered.error.message;
    return [...here, noOrchestrator(because), ...(await checkAlone(env, dataDir))];
  }
  const { checks } = answered.value;
  const canLook = !checks.some(
    ({ area, state }) => state === 'broken' && (area === 'workers' || area === 'redis'),
  );
  const clients =
    question.sample === 0 ? [] : canLook ? await lookAtSome(api.value, question) : [nobodyCanLook];
  return [...here, fine('servpack', 'an orchestrator answers'), ...checks, ...clients];
}

const noOrchestrator = (because: string): Check =>
  broken(
    'servpack',
    because.replace(/; start one .*$/, ''),
    'nothing is admitted and no command works; workers finish what they were given',
    'docker compose up -d orchestrator, systemctl start servpack-orchestrator, or servpack up; --url, --token-file and --data say which one',
  );

const nobodyCanLook = warning(
  'clients',
  'no client was looked at: nobody is there to look',
  'it is not known whether clients can be reached',
  'put right what is broken above, and ask again',
);
