import type { FastifyReply, FastifyRequest } from 'fastify';
import { err, fault, ok, type Result } from '../../shared/errors.ts';
import type { CampaignEdit } from '../background/results.ts';
import type { OrchestratorContext } from '../context.ts';
import type { Refusal } from '../refusal.ts';
import type { AskedFirst, Commanded } from '../requests/ask.ts';
import { answerCommand } from './responses.ts';
import { refuse } from './problems.ts';
import type { Problem } from './schemas/problems.ts';

/** The version of a campaign as an `ETag`: it grows with every change of the campaign itself. */
const tagOf = (version: number): string => `"c${version}"`;

/**
 * Names the version of the campaign in `ETag`. Call it before the answer is read: an edit that is
 * based on an older version is refused, never one made over what was not seen.
 */
export async function tagVersion(
  { store }: Pick<OrchestratorContext, 'store'>,
  reply: FastifyReply,
  campaign: string,
): Promise<void> {
  const record = await store.readCampaign(campaign);
  if (record !== null) tagAnswer(reply, record.version);
}

/** Names the version that an answer was made of. */
export const tagAnswer = (reply: FastifyReply, version: number): unknown =>
  reply.header('etag', tagOf(version));

/** Whether the caller has the answer that `tagVersion` has named already. */
export const isKnown = ({ headers }: FastifyRequest, reply: FastifyReply): boolean => {
  const tag = reply.getHeader('etag');
  const known = headers['if-none-match']?.split(',').map((each) => each.trim().replace(/^W\//, ''));
  return tag !== undefined && known?.includes(String(tag)) === true;
};

/** What an edit is based on. */
interface Based {
  readonly dryRun: boolean;
  readonly version?: number | undefined;
}

/**
 * The version on which a change is based, from `If-Match` or the body. `*` = any version.
 * Refused with 428 where neither says it; a dry run changes nothing and needs none.
 */
function basedOn(
  { headers }: FastifyRequest,
  { dryRun, version }: Based,
): Result<{ readonly version?: number }, Refusal> {
  const tag = headers['if-match'];
  if (tag === undefined)
    return version !== undefined || dryRun ? ok(version === undefined ? {} : { version }) : err(missing);
  if (tag.trim() === '*') return ok(version === undefined ? {} : { version });
  const [, number] = /^"c(\d{1,15})"$/.exec(tag.trim()) ?? [];
  // A tag of something else is a version that the campaign does not have.
  return ok({ version: number === undefined ? -1 : Number(number) });
}

const missing: Refusal = fault(
  'version.missing',
  'say on which version the change is based: If-Match with the ETag of the campaign, or * for any',
);

/**
 * Makes an edit and answers it. One that says no version is refused with 428. One whose `If-Match`
 * names an older version is refused with 412, and the problem says what the edit would change now.
 * @param edit the edit, with what it is based on in place of what its body says
 */
export async function answerEdit(
  request: FastifyRequest<{ Body: Based }>,
  reply: FastifyReply,
  edit: (based: Partial<Based>) => Promise<Commanded<CampaignEdit>>,
): Promise<CampaignEdit | AskedFirst | Problem> {
  const based = basedOn(request, request.body);
  if (!based.ok) return refuse(reply, based.error, versionNeeded);
  const edited = await edit(based.value);
  if (edited.ok) return answerCommand(reply, edited);
  const tag = request.headers['if-match']?.trim() ?? '*';
  if (tag === '*' || edited.error.code !== 'campaign.changed') return refuse(reply, edited.error);
  const changed = fault('version.changed', edited.error.message);
  const now = await edit({ dryRun: true, version: undefined });
  // What the file would change cannot be said, while clients move for the other edit, for instance.
  if (!now.ok) return refuse(reply, changed);
  if ('asked' in now.value) return answerCommand(reply, now);
  const places = now.value.changes.map(({ section, says }) => ({ pointer: `#/${section}`, detail: says }));
  tagAnswer(reply, now.value.version);
  return refuse(reply, { ...changed, places });
}

/** The status of a refusal of `basedOn`. */
const versionNeeded = 428;
