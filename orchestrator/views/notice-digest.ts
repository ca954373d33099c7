import { counted } from '../domain/counted.ts';
import type { HeldBack } from '../domain/gather-notices.ts';
import { isoOf } from '../../shared/domain/time/iso-time.ts';
import type { NoticeDocument } from './notice-document.ts';

/** One message about all that waited for the end of quiet hours. */
export const digestDocument = (id: string, messages: readonly HeldBack[], now: number): NoticeDocument => ({
  id,
  type: 'digest',
  state: 'once',
  title: `${counted(messages.length, 'message')} from the quiet hours`,
  at: isoOf(now),
  critical: false,
  campaign: null,
  why: null,
  next: [],
  link: null,
  happenings: messages.map(({ at, title }) => ({ at: isoOf(at), who: null, says: title })),
  inAll: messages.length,
  ends: [],
});

/** The message of `servpack notify test`: it says that a destination can be reached. */
export const testDocument = (id: string, who: string, now: number): NoticeDocument => ({
  ...digestDocument(id, [], now),
  type: 'test',
  title: 'this is a test of servpack',
  why: `${who} asked for it with servpack notify test`,
});
