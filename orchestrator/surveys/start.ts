import { randomInt } from 'node:crypto';
import { type Survey, type SurveyStatus, surveyStatus } from '../../shared/domain/survey/survey.ts';
import { err, fault, ok, type Result } from '../../shared/errors.ts';
import { knownProducts, loadWithText, profileOf } from '../../shared/products/profile.ts';
import type { SurveyRequest } from '../http/schemas/surveys.ts';
import { whyEnded } from '../caller.ts';
import type { OrchestratorContext } from '../context.ts';
import { spelledAs } from '../../shared/input/nearest.ts';
import { notFound, type Refusal } from '../refusal.ts';
import { surveyAudit } from './audit.ts';
import { askForLooks } from './ask.ts';
import { targetsOf } from './targets.ts';

export const usualProduct = 'sms-1.2';

/** The leader reads each open survey four times a second. */
const openAtMost = 100;
/** A file of some ten thousand clients: parsing takes a tenth of a second. */
const largeText = 512 * 1024;

/** Starts a survey. Nothing changes on any machine, nor in any campaign. */
export async function startSurvey(
  context: OrchestratorContext,
  who: string,
  request: SurveyRequest,
): Promise<Result<SurveyStatus, Refusal>> {
  const { targets } = request;
  const isLarge = targets.from === 'file' && targets.text.length > largeText;
  const created =
    context.background !== undefined && isLarge
      ? await context.background('createSurvey', who, request, context.caller)
      : await createSurvey(context, who, request);
  // A person waits for the looks, so they do not wait for the next round.
  if (created.ok) await askForLooks(context, created.value);
  return created;
}

/** Writes a survey into the store; its looks begin with `askForLooks`. */
export async function createSurvey(
  context: OrchestratorContext,
  who: string,
  { targets: asked, product: named, release, withinMinutes }: SurveyRequest,
): Promise<Result<SurveyStatus, Refusal>> {
  const { store, clock, log } = context;
  const product = await productOf(context, named, release);
  if (!product.ok) return product;
  if ((await store.openSurveys()).length >= openAtMost)
    return err(
      fault(
        'survey.tooMany',
        `${openAtMost} surveys are under way; wait for one, or cancel one: servpack survey cancel SURVEY`,
      ),
    );
  const targets = await targetsOf(store, asked);
  if (!targets.ok) return targets;
  const { what, each } = targets.value;
  const at = clock.now();
  const survey: Omit<Survey, 'total'> = {
    survey: newName(),
    by: who,
    at,
    what,
    ...product.value,
    release: release ?? null,
    until: clock.realNow() + withinMinutes * 60_000,
    keepsEvidence: asked.from === 'names' && asked.names.length <= evidenceOfAtMost,
  };
  const ended = await whyEnded(context.caller);
  if (ended !== null) return err(ended);
  const created = await store.createSurvey(survey, each, (total) =>
    surveyAudit(survey, { who, at, from: '', to: 'looking', because: inWords(survey, total) }),
  );
  if (created === null)
    return err(
      asked.from === 'fleet' && (await store.fleetSize()) === 0
        ? emptyFleet
        : fault('survey.empty', `${what}: there is no such client to look at`),
    );
  log.info({ who, survey: survey.survey, what, total: created.survey.total }, 'looks');
  return ok(surveyStatus(created));
}

const emptyFleet = fault('survey.empty', 'the fleet is empty; import one first: servpack fleet import FILE');

/** Raw evidence is some kilobytes a machine, so only surveys that name so few machines keep it. */
export const evidenceOfAtMost = 1_000;

const inWords = ({ what, product, release }: Omit<Survey, 'total'>, total: number): string =>
  `looks at ${total === 1 ? '1 machine' : `${total} machines`} and changes nothing: ${what} (product ${product}${release === null ? '' : `, release ${release}`})`;

/** Short enough to type; long enough to be unique for the week that a survey is kept. */
export const newName = (): string =>
  `look-${Array.from({ length: 7 }, () => 'abcdefghjkmnpqrstuvwxyz23456789'[randomInt(31)]).join('')}`;

/**
 * The product to look for. With a release it is the release's product, with the profile as staged.
 */
export async function productOf(
  { store, profiles }: OrchestratorContext,
  named: string | undefined,
  release: string | undefined,
): Promise<Result<Pick<Survey, 'product' | 'profile'>, Refusal>> {
  if (release === undefined) {
    const folder = profiles ?? null;
    const product = spelledAs(named ?? usualProduct, knownProducts(folder));
    const loaded = loadWithText(product, folder);
    return loaded.ok ? ok({ product, ...ownProfile(loaded.value.text) }) : loaded;
  }
  const staged = await store.readRelease(release);
  if (staged === null) return err(notFound('release', release));
  const { product } = staged;
  if (named !== undefined && named.toLowerCase() !== product.toLowerCase())
    return err(fault('input.product', `release ${release} is one of ${product}, not of ${named}`));
  const profile = profileOf(staged);
  return profile.ok ? ok({ product, ...ownProfile(staged.profile ?? null) }) : profile;
}

const ownProfile = (text: string | null): Pick<Survey, 'profile'> => (text === null ? {} : { profile: text });
