import { compareIds } from '../../orchestrator/audit/format/entry-id.ts';
import {
  deliveriesKept,
  type DeliveryEntry,
  type NoticeMemory,
  type NextTry,
  noticesKept,
  type NoticeStore,
  type StoredNotice,
} from '../../shared/store/notice-store.ts';
import { isDeposed } from './leader.ts';
import type { Tables } from './tables.ts';

const untried: NextTry = { tries: 0, firstAt: 0, dueAt: 0 };

/** Messages and their lines; no other part of the twin reads them. */
export function noticeStoreOf(tables: Tables): NoticeStore {
  let memory: NoticeMemory = { version: 0, text: '' };
  const kept: StoredNotice[] = [];
  const lines = new Map<string, { ids: string[]; head: NextTry }>();
  const tries: DeliveryEntry[] = [];
  const disabled = new Map<string, string>();

  const put = (destination: string, id: string): void => {
    const line = lines.get(destination) ?? { ids: [], head: untried };
    line.ids.push(id);
    lines.set(destination, line);
  };
  const waits = ({ id }: StoredNotice): boolean => [...lines.values()].some(({ ids }) => ids.includes(id));
  return {
    noticesBegin: async () => tables.audit.at(-1)?.id ?? '0-0',
    campaignEntries: async (after, limit) => {
      const page = tables.audit.filter(({ id }) => compareIds(id, after) > 0).slice(0, limit);
      const entries = page.filter(({ client }) => client === null);
      return { entries, after: page.at(-1)?.id ?? after, isEnd: page.length < limit };
    },
    readNoticeMemory: async () => memory,
    commitNotices: async (version, text, notices, leader) => {
      if (isDeposed(tables, leader) || memory.version !== version) return false;
      memory = { version: version + 1, text };
      for (const notice of notices) {
        kept.push(notice);
        for (const destination of notice.to) put(destination, notice.id);
      }
      while (kept.length > noticesKept && kept[0] !== undefined && !waits(kept[0])) kept.shift();
      return true;
    },
    noticeLines: async () =>
      [...lines].flatMap(([destination, { ids, head }]) =>
        ids[0] === undefined ? [] : [{ destination, notice: ids[0], ...head, waiting: ids.length }],
      ),
    readNotice: async (id) => kept.find((each) => each.id === id) ?? null,
    endDelivery: async (entry, again) => {
      const line = lines.get(entry.destination);
      if (line?.ids[0] !== entry.notice) return false;
      tries.unshift(entry);
      tries.splice(deliveriesKept);
      line.head = again ?? untried;
      if (again === null) line.ids.shift();
      return true;
    },
    deliveries: async (limit) => tries.slice(0, limit),
    redeliver: async (id, to) => {
      if (!kept.some((each) => each.id === id)) return false;
      for (const each of to) if (lines.get(each)?.ids.includes(id) !== true) put(each, id);
      return true;
    },
    disabledDestinations: async () => new Map(disabled),
    disableDestination: async (destination, because) => {
      if (because === null) disabled.delete(destination);
      else disabled.set(destination, because);
    },
  };
}
