import type { z } from 'zod';
import { refusalAnswer } from './schemas/requests.ts';

/** What a route may answer: this when all is well, a refusal else. */
export const answers = <Answer extends z.ZodType>(answer: Answer) => ({
  200: answer,
  '4xx': refusalAnswer,
  '5xx': refusalAnswer,
});
