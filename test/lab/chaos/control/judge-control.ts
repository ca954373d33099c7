import type { FleetTruth } from '../../fleet/truth.ts';
import { relocatedTo } from '../../expected.ts';
import type { Entry } from '../../operator.ts';
import {
  campaignName,
  type ChaosCampaign,
  occurrenceEveryMs,
  scheduleNames,
  sideName,
  type StoppedName,
} from '../campaign-file.ts';
import type { Outages } from '../outages.ts';
import { approvalFaults } from '../verdict/approvals.ts';
import type { Stories } from '../verdict/audit.ts';
import { clientHookFaults } from '../verdict/client-hooks.ts';
import { editionEntries, editionFaults, oldEditionFaults, silencesOf } from '../verdict/editions.ts';
import { hookFaults } from '../verdict/hooks.ts';
import type { Line } from '../verdict/line.ts';
import { memberFaults } from '../verdict/members.ts';
import { occurrenceFaults } from '../verdict/occurrences.ts';
import {
  type LimitedPlace,
  restartFaults,
  restartsInAudit,
  restartsOfMachines,
} from '../verdict/restart-limits.ts';
import { realTimeOf } from '../verdict/real-time.ts';
import { limitFaults, workIn } from '../verdict/server-limits.ts';
import { begunInPause, pauseFaults, wasOnItsWay } from '../verdict/machines.ts';
import { abortFaults, haltFaults, haltSpans, haltsIn } from '../verdict/strict-stops.ts';
import { isStop, rulesIn, type StopEvidence, stopFaults } from '../verdict/stops.ts';
import type { RawRecord, Walk } from '../walk.ts';
import { answerFor, type ClientHookMark } from './client-hook-program.ts';
import type { FleetBook } from './fleet-book.ts';
import type { HookMark } from './hook-program.ts';
import type { Ledger } from './ledger.ts';

/** What is known of campaign control but for the audit, the machines and the records. */
export interface ControlEvidence {
  readonly campaign: ChaosCampaign;
  readonly book: FleetBook;
  readonly ledger: Ledger;
  readonly marks: readonly HookMark[];
  readonly clientMarks: readonly ClientHookMark[];
  readonly texts: ReadonlyMap<number, string>;
  readonly present: { readonly edition: number; readonly hash: string };
  /** Policy milliseconds in a real millisecond. */
  readonly speed: number;
  readonly mayForget: (at: number) => boolean;
  /** When each process was frozen. */
  readonly frozen: readonly Pick<Outages, 'fills'>[];
}

interface Evidence extends ControlEvidence {
  readonly truth: FleetTruth;
  readonly walks: readonly Walk[];
  readonly audit: readonly Entry[];
  readonly records: readonly RawRecord[];
  readonly stories: Stories;
}

const waves = ['canary', 'early', 'rest', 'last'];
/** A leader may be frozen for as long as a freeze lasts, and its successor takes over then. */
const leaderPatienceMs = 60_000;
const lateAfterMs = 10 * 60_000;

/** The lines about campaign control. */
export function judgeControl(evidence: Evidence): readonly Line[] {
  const { audit, ledger, marks, book } = evidence;
  const entries = audit.filter(({ client }) => client === null);
  const ofMain = entries.filter(({ campaign }) => campaign === campaignName);
  const confirmed = ledger.edits.filter((edit) => edit.confirmed !== null).length;
  const stops = entries.filter(isStop).length;
  const occurrences = entries.filter(({ because }) => /^schedule \w+: (the|\d+) occurrence/.test(because));
  return [
    {
      invariant: 'every confirmed edit is in force once, in order, and kept',
      on: `${confirmed} edits, ${editionEntries(ofMain).length} editions`,
      faults: editionLine(evidence, ofMain),
    },
    {
      invariant: 'nothing begins without the approval that it needs',
      on: `${ledger.answers.length} answers`,
      faults: approvalLine(evidence, ofMain),
    },
    {
      invariant: 'every client of the selection is in one wave',
      on: `${book.selected().length} of ${book.of('main').length} clients`,
      faults: memberLine(evidence),
    },
    {
      invariant: 'every occurrence is decided once',
      on: `${occurrences.length} decisions`,
      faults: (['often', 'seldom'] as const).flatMap((group) =>
        occurrenceFaults({
          schedule: scheduleNames[group],
          missed: scheduleNames[group],
          everyMs: occurrenceEveryMs,
          lateAfterMs,
          graceMs: leaderPatienceMs * evidence.speed,
          entries,
        }),
      ),
    },
    {
      invariant: 'each stop has its reason, and each due stop happened',
      on: `${stops} stops`,
      faults: stopLine(evidence, entries, ofMain),
    },
    {
      invariant: 'a halt and an abort by a rule begin nothing more',
      on: `${haltsIn(entries).length} halts`,
      faults: strictLine(evidence, entries),
    },
    {
      invariant: 'a logon server keeps its limit over all campaigns',
      on: `at most ${evidence.campaign.serverLimit} at once`,
      faults: limitLine(evidence),
    },
    restartLine(evidence),
    {
      invariant: 'each hook runs once for each cause, or is unknown',
      on: `${marks.length} runs`,
      faults: hookFaults({ ...ofCampaign(evidence, campaignName), waves, entries: ofMain, marks }),
    },
    {
      invariant: 'each hook of a client runs once for each cause, or is unknown',
      on: `${evidence.clientMarks.length} runs`,
      faults: clientHookLine(evidence),
    },
  ];
}

/** Records and stories of one campaign. */
function ofCampaign({ records, stories }: Evidence, campaign: string) {
  const own = [...stories].map(
    ([client, story]) => [client, story.filter((entry) => entry.campaign === campaign)] as const,
  );
  return {
    campaign,
    records: records.filter((record) => record.campaign === campaign),
    stories: new Map(own),
  };
}

function editionLine(evidence: Evidence, entries: readonly Entry[]): Line['faults'] {
  const { ledger, texts, present, mayForget } = evidence;
  const editions = { entries, edits: ledger.edits, texts, present, mayForget };
  const { stories } = ofCampaign(evidence, campaignName);
  return [...editionFaults(editions), ...oldEditionFaults(stories, silencesOf(editions))];
}

function approvalLine(evidence: Evidence, entries: readonly Entry[]): Line['faults'] {
  const { truth, ledger, book } = evidence;
  const main = new Set(book.of('main'));
  const isMoved = (path: string): boolean => path.toLowerCase().startsWith(`${relocatedTo.toLowerCase()}\\`);
  return approvalFaults({
    ...ofCampaign(evidence, campaignName),
    waves: waves.map((name, at) => ({ name, at })).slice(1),
    entries,
    answers: ledger.answers,
    relocated: truth.clients
      .filter(
        ({ client, services }) => main.has(client) && services.some(({ imagePath }) => isMoved(imagePath)),
      )
      .map(({ client }) => client),
  });
}

function memberLine(evidence: Evidence): Line['faults'] {
  const { book, walks, audit } = evidence;
  const isWaiting = (name: string): boolean => name.startsWith(`${campaignName}:`);
  // What an inspection repairs, such as the slot of a restart that a killed worker held, moves no
  // client.
  const steps = audit.filter(
    ({ campaign, client, version, from }) =>
      campaign === campaignName && client !== null && version === null && from !== 'wrong',
  );
  const created = new Set(book.firstMembers);
  return memberFaults({
    clients: book.of('main'),
    selected: new Set(book.selected()),
    wavesOf: (client) => (book.isLast(client) ? [0, 1, 3] : [0, 1, 2]),
    records: ofCampaign(evidence, campaignName).records,
    waiting: walks.flatMap((walk) =>
      [...walk.waiting].flatMap(([name, clients]) => (isWaiting(name) ? [...clients.keys()] : [])),
    ),
    steps: Map.groupBy(steps, ({ client }) => client ?? ''),
    wasMember: (client) => created.has(client),
  });
}

function stopLine(evidence: Evidence, entries: readonly Entry[], ofMain: readonly Entry[]): Line['faults'] {
  const { texts, campaign, speed } = evidence;
  const from = Number.NEGATIVE_INFINITY;
  const edited = editionEntries(ofMain).map(({ to, entry }) => ({
    from: realTimeOf(entry),
    ...rulesIn(texts.get(to) ?? ''),
  }));
  const faultsOf = (name: string, text: string, later: StopEvidence['rules'] = []): Line['faults'] =>
    stopFaults({
      ...ofCampaign(evidence, name),
      entries,
      rules: [{ from, ...rulesIn(text) }, ...later],
      speed,
      patienceMs: leaderPatienceMs,
    });
  return [
    ...faultsOf(campaignName, texts.get(0) ?? '', edited),
    ...faultsOf(sideName, campaign.side),
    ...[...campaign.stopped].flatMap(([name, text]) => faultsOf(name, text)),
  ];
}

function strictLine(evidence: Evidence, entries: readonly Entry[]): Line['faults'] {
  const { truth, stories, frozen } = evidence;
  const begun = begunInPause(truth, stories, haltSpans(entries));
  return [
    ...abortFaults({ ...ofCampaign(evidence, 'doomed' satisfies StoppedName), entries }),
    ...haltFaults('alarm' satisfies StoppedName, entries),
    ...pauseFaults(begun.filter((each) => !wasOnItsWay(each, frozen))),
  ];
}

/** The clients of which all slots belong to one logon server, with this server. */
function stayedIn({ truth, records }: Evidence): ReadonlyMap<string, string> {
  // A client that roams to another logon server during its upgrade counts on both in turn.
  const stayed = new Map(truth.clients.map(({ client, logonServer }) => [client, logonServer]));
  for (const { client, upgrade } of records)
    if (stayed.get(client) !== upgrade.logonServer) stayed.delete(client);
  return stayed;
}

const clientHookLine = (evidence: Evidence): Line['faults'] =>
  [sideName, ...evidence.campaign.stopped.keys()].flatMap((name) =>
    clientHookFaults({
      ...ofCampaign(evidence, name),
      moments: name === sideName ? ['before', 'after'] : ['before'],
      marks: evidence.clientMarks,
      answerFor,
      truth: evidence.truth,
      mayForget: evidence.mayForget,
    }),
  );

function restartLine(evidence: Evidence): Line {
  const { book, campaign, truth } = evidence;
  const { perLogonServer, perRing } = campaign.restartsAtMost;
  const stayed = stayedIn(evidence);
  const main = new Set(book.of('main'));
  const { stories } = ofCampaign(evidence, campaignName);
  const own = { ...truth, clients: truth.clients.filter(({ client }) => main.has(client)) };
  const placesOf = (client: string): readonly LimitedPlace[] => {
    const server = stayed.get(client);
    return [
      { name: book.isLast(client) ? 'ring=last' : 'no value of ring', most: perRing },
      ...(server === undefined ? [] : [{ name: server, most: perLogonServer }]),
    ];
  };
  const onMachines = restartsOfMachines(own, stories, evidence);
  return {
    invariant: 'never more clients restart at once than the limits allow',
    on: `${onMachines.length} restarts, at most ${perLogonServer} of a logon server and ${perRing} of a ring`,
    faults: [onMachines, restartsInAudit(stories)].flatMap((restarts) => restartFaults(restarts, placesOf)),
  };
}

function limitLine(evidence: Evidence): Line['faults'] {
  const stayed = stayedIn(evidence);
  return limitFaults(
    workIn(evidence.stories, (client) => stayed.get(client) ?? null),
    evidence.campaign.serverLimit,
  );
}
