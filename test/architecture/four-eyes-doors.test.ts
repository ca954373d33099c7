import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { guardedCommands } from '../../shared/domain/campaign/command-request.ts';

/**
 * Every operation that changes something, and why no person does alone by it what
 * `SERVPACK_FOUR_EYES` asks two people for. `docs/operations/four-eyes.md` has the reasons.
 */
const doors: Readonly<Record<string, readonly string[]>> = {
  'waits for another person': [
    'abortCampaign',
    'editCampaign',
    'revertCampaign',
    'undoCampaign',
    'undoClient',
    'unmarkCampaign',
    'withdrawRelease',
  ],
  'only stops, and a person lets it go on': [
    'halt',
    'holdServers',
    'pauseCampaign',
    'pauseSchedule',
    'postponeCampaign',
    'setServerLimit',
    'unscheduleCampaign',
  ],
  'lets go on what a person has stopped': ['releaseServers', 'resumeCampaign', 'resumeSchedule', 'unhalt'],
  'begins something': [
    'answerHook',
    'checkInCampaign',
    'checkInClient',
    'createCampaign',
    'createSchedule',
    'retryCampaign',
    'retryClient',
    'runSchedule',
    'stageRelease',
    'startCampaign',
    'startSurvey',
  ],
  'is taken back by a retry': ['skipClient', 'skipClients'],
  'is refused while a campaign works on it': [
    'archiveCampaign',
    'deleteCampaign',
    'importFleet',
    'removeFromFleet',
  ],
  'decides on a request itself': ['answerApproval', 'retractRequest'],
  'changes no campaign, client or release': [
    'cancelSurvey',
    'createToken',
    'deleteSchedule',
    'endSession',
    'makeSignInLink',
    'planCampaign',
    'redeliverMessage',
    'replayCampaign',
    'revokeCheckInTokens',
    'revokeToken',
    'signIn',
    'signOut',
    'simulateCampaign',
    'testDestinations',
  ],
};

interface ApiDocument {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly operationId: string; readonly responses: object }>>>
  >;
}

const { paths } = JSON.parse(readFileSync('docs/openapi.json', 'utf8')) as ApiDocument;
const changing = Object.values(paths).flatMap((path) =>
  Object.entries(path).flatMap(([method, operation]) => (method === 'get' ? [] : [operation])),
);

test('every operation that changes something is guarded, or it is said why it need not be', () => {
  expect(changing.map(({ operationId }) => operationId).toSorted()).toEqual(
    Object.values(doors).flat().toSorted(),
  );
});

test('an operation that is guarded may answer that nothing was done yet, and no other one', () => {
  const asks = changing.filter(({ responses }) => '202' in responses);
  expect(asks.map(({ operationId }) => operationId).toSorted()).toEqual(doors['waits for another person']);
});

test('docs/operations/four-eyes.md has every reason and every command', () => {
  const page = readFileSync('docs/operations/four-eyes.md', 'utf8');
  for (const reason of Object.keys(doors)) expect(page).toContain(`| ${reason} |`);
  for (const command of guardedCommands) expect(page).toContain(`\`${command}\``);
});
