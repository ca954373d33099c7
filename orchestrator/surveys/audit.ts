import type { Survey } from '../../shared/domain/survey/survey.ts';
import type { AuditEntry } from '../../shared/store/types.ts';

/** The audit entry of a survey. It names no campaign and no client: a survey changes none. */
export const surveyAudit = (
  { survey }: Pick<Survey, 'survey'>,
  step: Pick<AuditEntry, 'who' | 'at' | 'from' | 'to' | 'because'>,
): AuditEntry => ({
  ...step,
  because: `survey ${survey}: ${step.because}`,
  campaign: '',
  client: null,
  evidence: null,
});
