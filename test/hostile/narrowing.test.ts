import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readExamples } from '../../orchestrator/http/contract/examples.ts';
import { describedBy } from '../api/described.ts';
import { documentNow } from '../api/document-now.ts';
import { textOf } from '../api/wrong-requests.ts';
import { followFor, openEvents, type ReadEvent } from '../fixtures/event-reader.ts';
import type { SmallOrchestrator } from '../fixtures/small-orchestrator.ts';
import { bearer, makeToken, type TokenOrder } from '../fixtures/tokens.ts';
import { until } from '../fixtures/until.ts';
import { startNarrowedWorld } from './narrowed-world.ts';

/** The near half is the same in each; the far half has another size, or shares the campaign. */
const worlds = new Map<string, SmallOrchestrator>();
let paths: readonly { readonly id: string; readonly path: string; readonly isOpen: boolean }[];

beforeAll(async () => {
  worlds.set('five', await startNarrowedWorld(5));
  worlds.set('six', await startNarrowedWorld(6));
  worlds.set('shared', await startNarrowedWorld(5, true));
  const { routes } = describedBy(await documentNow());
  paths = routes.flatMap(({ method, path, operation: { operationId: id, security } }) =>
    method === 'GET' && id !== 'followEvents' ? [{ id, path, isOpen: security?.length === 0 }] : [],
  );
});
afterAll(async () => {
  for (const world of worlds.values()) await world[Symbol.asyncDispose]();
});

const examples = readExamples();

interface Said {
  readonly asked: string;
  readonly status: number;
  readonly text: string;
  readonly etag: string | null;
}

/** The answers to every GET with the token: about the near half, the far half, unknown names. */
async function everythingSaid(world: string, scope: TokenOrder): Promise<readonly Said[]> {
  const orchestrator = worlds.get(world);
  if (orchestrator === undefined) throw new Error(`no world ${world}`);
  const name = `reader-${JSON.stringify(scope).replaceAll(/\W/g, '')}`;
  const headers = bearer(await makeToken(orchestrator, name, { role: 'administrator', ...scope }));
  const said: Said[] = [];
  for (const side of ['near', 'far', 'nowhere'])
    for (const { id, path, isOpen } of paths) {
      if (isOpen) continue;
      const names = new Map([
        ['campaign', `${side}-1`],
        ['client', `${side}-pc-0`],
        ['schedule', `${side}-monthly`],
        ['release', 'sms-sp4'],
      ]);
      const asked = path.replaceAll(
        /\{(\w+)\}/g,
        (_all, part: string) => names.get(part) ?? textOf(examples[id]?.path?.[part]),
      );
      // Not the stored spelling: an answer that corrects it says that there is such a name.
      const url = `${orchestrator.url}${side === 'near' ? asked : asked.replaceAll(side, side.toUpperCase())}`;
      const answer = await fetch(url, { headers });
      const text = (await answer.text()).replaceAll(/urn:uuid:[\w-]+/g, '');
      said.push({ asked, status: answer.status, text, etag: answer.headers.get('etag') });
    }
  return said;
}

/** The fleet is of no campaign: a token that is narrowed to campaigns reads all of it. */
const isOfFleet = ({ asked }: Said): boolean => /^\/v1\/(?:fleet|clients|audit\/clients)\b/.test(asked);

describe('a token that is narrowed', () => {
  test('to a campaign and a logon server reads no name and no number of the others', async () => {
    const scope = { campaigns: ['near-*'], sites: ['ls-near'] };
    const five = await everythingSaid('five', scope);
    expect(five.filter(({ status }) => status === 200).length).toBeGreaterThan(20);
    expect(five.filter(({ status }) => status >= 500)).toEqual([]);
    expect(await everythingSaid('six', scope)).toEqual(five);
    for (const world of ['five', 'shared'])
      expect(
        namesIn(await everythingSaid(world, { ...scope, expires: world === 'five' ? '1d' : '2d' })),
      ).toEqual([]);
  });

  test('to a campaign reads no name and no number of another campaign', async () => {
    const scope = { campaigns: ['near-*'] };
    const five = await everythingSaid('five', scope);
    expect(five.filter(({ status }) => status >= 500)).toEqual([]);
    const six = await everythingSaid('six', scope);
    const apart = (all: readonly Said[]) => all.filter((each) => !isOfFleet(each));
    expect(apart(six)).toEqual(apart(five));
    expect(namesIn(apart(five))).toEqual([]);
  });

  test('to a logon server reads no name of another logon server or of its clients', async () => {
    for (const world of ['five', 'shared']) {
      const said = await everythingSaid(world, { sites: ['LS-NEAR'] });
      expect(said.filter(({ status }) => status >= 500)).toEqual([]);
      // Campaigns have no logon server: their names and whole numbers are seen.
      expect(namesIn(said, /far-(?:pc-\d|host|\w*\.dll)|LS-FAR|far phones|far line|far said/i)).toEqual([]);
    }
  });

  test('is refused in the same words whether the campaign and the client exist or not', async () => {
    const said = await everythingSaid('five', { campaigns: ['near-1'], sites: ['LS-NEAR'] });
    const about = (side: string) =>
      said
        .filter(({ asked }) => asked.includes(side))
        .map(({ asked, ...answer }) => ({ ...answer, asked: asked.replaceAll(side, '') }))
        .map(({ text, ...answer }) => ({ ...answer, text: text.replaceAll(new RegExp(side, 'gi'), '') }));
    expect(about('far').length).toBeGreaterThan(10);
    expect(about('far')).toEqual(about('nowhere'));
  });
});

describe('the events of a token that is narrowed to a campaign', () => {
  /** What it is pushed, and what it reads of the same campaign, after both halves have changed. */
  async function everythingPushed(world: string): Promise<Said> {
    const orchestrator = worlds.get(world);
    if (orchestrator === undefined) throw new Error(`no world ${world}`);
    const token = await makeToken(orchestrator, 'follower', { role: 'administrator', campaigns: ['near-*'] });
    await using _following = await followFor(orchestrator.events, orchestrator.store);
    const reader = await openEvents({ url: orchestrator.url, token }, 'heads,feed');
    await until('the reader knows where it stands', () => reader.lastId() !== '');
    for (const half of ['far', 'near']) {
      await orchestrator.ask('POST', `/v1/campaigns/${half}-1/pause`, { reason: `${half} phones` });
      await orchestrator.ask('POST', `/v1/clients/${half}-pc-1/checkin`, { transcript: `${half} said` });
    }
    const isPaused = ({ event, data }: ReadEvent): boolean =>
      event === 'head' && data.campaign === 'near-1' && data.status.status === 'paused';
    await reader.until('near-1 is paused', (all) => all.some(isPaused));
    await reader.until('its entry', (all) => all.some(({ data }) => data.because === 'near phones'));
    reader.close();
    const kept = reader.events.filter((event) => event.event === 'entry' || isPaused(event));
    const text = kept.map(({ event, data: { id: _id, ...data } }) => `${event} ${JSON.stringify(data)}`);
    return { asked: 'GET /v1/events', status: reader.status, text: text.toSorted().join('\n'), etag: null };
  }

  test('hold no name and no number of another campaign', async () => {
    const five = await everythingPushed('five');
    expect(five.status).toBe(200);
    expect(namesIn([five])).toEqual([]);
    expect(await everythingPushed('six')).toEqual(five);
  });
});

/** Where names of the far half stand, but for what the caller has asked for itself. */
const namesIn = (said: readonly Said[], form = /\bfar\b|LS-FAR|far-/i): readonly string[] =>
  said.flatMap(({ asked, text }) => {
    const words = text.replaceAll(/\bso far\b|\bFAR-(?:1|PC-0|MONTHLY)\b/g, '');
    const found = form.exec(words);
    return found === null
      ? []
      : [`${asked}: ${words.slice(Math.max(0, found.index - 60), found.index + 60)}`];
  });
