import { randomUUID } from 'node:crypto';
import type { LeaderContext } from '../context.ts';
import { readStatus } from '../campaigns/report.ts';
import { requestId, requestsOf } from '../domain/approval-requests.ts';
import type { Happening } from '../domain/happening.ts';
import { happeningsOf } from '../domain/happening-of-entry.ts';
import {
  type Group,
  type NoticeState,
  noteSent,
  nothingYet,
  takeDue,
  takeIn,
} from '../domain/gather-notices.ts';
import { subjectWords } from '../domain/judge-approvals.ts';
import { holdBack, nextSending, routeOf, takeDigests } from '../domain/notice-routing.ts';
import { everything, isNews, type News } from './news.ts';
import type { Round } from './repeat.ts';
import type { NoticeMemory, StoredNotice } from '../../shared/store/notice-store.ts';
import type { KeptEntry } from '../../shared/store/seal-store.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import { digestDocument } from '../views/notice-digest.ts';
import { noticeDocument } from '../views/notice-document.ts';
import type { Conditions } from '../notify/conditions.ts';
import type { NoticeQueue } from '../notify/notice-queue.ts';
import type { NotifySettings } from '../notify/settings.ts';

/** Entries are read in pages of this size, and so many pages in one run. */
const pageSize = 2_000;
const pagesAtMost = 50;
/** Real time after which entries of clients alone are passed over: nothing else may come. */
const skipEveryMs = 5_000;
/** Real time after which the position is written, if nothing else is. */
const savePositionMs = 60_000;
/** Entries that are older were made while nobody was to be notified. Policy time. */
const staleMs = 7 * 86_400_000;
/** Real time between two looks at the lines that hold undelivered messages. */
const lookEveryMs = 15_000;
/** The same when anything may have changed: a person may want a message once more. */
const retryEveryMs = 2_000;

export interface NoticeRoundOptions {
  readonly settings: NotifySettings;
  readonly queue: Pick<NoticeQueue, 'look' | 'rest'>;
  readonly conditions: Conditions;
}

/**
 * Makes messages from the audit, and from what the leader sees. What it remembers, and how far it
 * has read the audit, is written together with the messages: another leader goes on from there,
 * makes none of them twice and misses none.
 */
export function makeNotices({ settings, queue, conditions }: NoticeRoundOptions): Round {
  let known: { readonly version: number; readonly state: NoticeState } | null = null;
  let readAt = 0;
  let savedAt = 0;
  let lookedAt = -Infinity;
  let moment: number | null = null;
  let isUnread = false;

  const load = async (context: LeaderContext): Promise<{ version: number; state: NoticeState }> => {
    const { version, text }: NoticeMemory = await context.store.readNoticeMemory();
    if (text !== '') return { version, state: JSON.parse(text) as NoticeState };
    const state = nothingYet(await context.store.noticesBegin());
    await context.store.commitNotices(version, JSON.stringify(state), []);
    return load(context);
  };

  const run = async (context: LeaderContext, news: News): Promise<void> => {
    known ??= await load(context);
    const before = known;
    const now = context.clock.now();
    const real = performance.now();
    const found: Happening[] = [];
    let { after } = before.state;
    const isDueToRead =
      isNews(news) && (news.everything || news.campaigns.size > 0 || real > readAt + skipEveryMs);
    if (isDueToRead || isUnread) {
      const read = await readHappenings(context, after, now);
      ({ after, isUnread } = read);
      found.push(...read.happenings);
      readAt = real;
    }
    found.push(...(await conditions.look(context, before.state, news)));
    const isDue = moment !== null && moment <= now;
    if (found.length > 0 || isDue || (after !== before.state.after && real > savedAt + savePositionMs)) {
      const made = await makeFrom(context, settings, { ...before.state, after }, found, now);
      // Another process has written since: what it wrote is read again.
      known = null;
      if (!(await context.store.commitNotices(before.version, JSON.stringify(made.state), made.notices))) {
        isUnread = true;
        return;
      }
      known = { version: before.version + 1, state: made.state };
      savedAt = real;
      if (made.notices.length > 0) {
        await queue.look(true);
        lookedAt = real;
      }
    } else known = { ...before, state: { ...before.state, after } };
    moment = nextSending(known.state, settings.destinations, now);
    if (real > lookedAt + (news.everything ? retryEveryMs : lookEveryMs)) {
      lookedAt = real;
      await queue.look(news.everything);
    }
  };
  return {
    name: 'notifications',
    run: async (context, news = everything) => {
      try {
        await run(context, news);
      } catch (error) {
        known = null;
        throw error;
      }
    },
    rest: () => {
      known = null;
      lookedAt = -Infinity;
      conditions.rest();
      void queue.rest();
    },
  };
}

interface Read {
  readonly happenings: readonly Happening[];
  readonly after: string;
  /** More is there than one run reads. */
  readonly isUnread: boolean;
}

async function readHappenings({ store }: LeaderContext, from: string, now: number): Promise<Read> {
  const entries: KeptEntry[] = [];
  let after = from;
  let isEnd = false;
  for (let pages = 0; pages < pagesAtMost && !isEnd; pages += 1) {
    const page = await store.campaignEntries(after, pageSize);
    entries.push(...page.entries.filter(({ at }) => at > now - staleMs));
    ({ after, isEnd } = page);
  }
  const happenings: Happening[] = [];
  for (const entry of entries) {
    const isPause = entry.to === 'paused' && entry.from !== 'paused';
    const record = isPause ? await store.readCampaign(entry.campaign) : null;
    for (const each of happeningsOf(entry, pausedBy(record?.campaign ?? null, entry)))
      happenings.push(await withQuestionId(store, each));
  }
  return { happenings, after, isUnread: !isEnd };
}

/** A question about a wave or a step is found in its campaign by its words. */
async function withQuestionId(store: LeaderContext['store'], happening: Happening): Promise<Happening> {
  const { kind, campaign, question } = happening;
  if (kind !== 'approval.requested' || question === undefined || question.id !== undefined) return happening;
  const record = await store.readCampaign(campaign);
  const asked = record === null ? [] : requestsOf(record.campaign);
  const found = asked.findLast(({ subject }) => subjectWords(subject) === question.about);
  if (found === undefined) return happening;
  return { ...happening, question: { ...question, id: requestId(campaign, found) } };
}

/** Who has paused the campaign, while this entry is its present pause. */
function pausedBy(campaign: Campaign | null, { because }: KeptEntry): string | null {
  if (campaign?.state.status !== 'paused' || campaign.state.because !== because) return null;
  return campaign.state.byGate ? 'gate' : campaign.state.by;
}

/** The state after these happenings, with the messages that are due. */
export async function makeFrom(
  context: LeaderContext,
  { gatherMs, destinations, link }: NotifySettings,
  before: NoticeState,
  found: readonly Happening[],
  now: number,
): Promise<{ readonly state: NoticeState; readonly notices: readonly StoredNotice[] }> {
  const taken = takeDue(takeIn(before, found, now, gatherMs), now, gatherMs);
  let { state } = taken;
  const notices: StoredNotice[] = [];
  for (const group of taken.due) {
    const id = `msg_${randomUUID().replaceAll('-', '')}`;
    const { definition, status } = await campaignOf(context, group);
    const route = routeOf(destinations, group, definition?.notify, now);
    if (route.now.length + route.later.length === 0) continue;
    const document = noticeDocument(id, group, status, link, now);
    notices.push({ id, text: JSON.stringify(document), to: route.now });
    state = noteSent(state, group, id);
    if (route.later.length > 0)
      state = holdBack(state, route.later, { at: now, title: document.title, notice: id });
  }
  const over = takeDigests(state, destinations, now);
  for (const { destination, messages } of over.digests) {
    const id = `msg_${randomUUID().replaceAll('-', '')}`;
    notices.push({ id, text: JSON.stringify(digestDocument(id, messages, now)), to: [destination] });
  }
  return { state: over.state, notices };
}

async function campaignOf(context: LeaderContext, { campaign }: Group) {
  const record = campaign === '' ? null : await context.store.readCampaign(campaign);
  if (record === null) return { definition: null, status: null };
  const status = await readStatus(context, campaign);
  return { definition: record.campaign.definition, status: status.ok ? status.value : null };
}
