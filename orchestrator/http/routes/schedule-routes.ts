import { campaignBodyAtMost } from '../../input-file.ts';
import {
  createSchedule,
  deleteSchedule,
  listSchedules,
  pauseSchedule,
  resumeSchedule,
  runScheduleNow,
  showSchedule,
} from '../../schedules/schedules.ts';
import { ok } from '../../../shared/errors.ts';
import { named, pageOfWhole } from '../../lists/whole-list.ts';
import { sendList } from '../lists.ts';
import { answer, answers, type Api } from '../responses.ts';
import { pageQuery } from '../schemas/lists.ts';
import { campaignBody, reasonBody } from '../schemas/fields.ts';
import { scheduleAnswer, scheduleParams, schedulesAnswer } from '../schemas/schedules.ts';

/** What operators ask of recurring campaigns. */
export function scheduleRoutes(app: Api): void {
  const response = answers(scheduleAnswer);
  const one = { params: scheduleParams, response };
  const why = { ...one, body: reasonBody };

  app.post(
    '/v1/schedules',
    { bodyLimit: campaignBodyAtMost, schema: { body: campaignBody, response } },
    async ({ who, acting, body }, reply) => answer(reply, await createSchedule(acting, who, body)),
  );

  app.get(
    '/v1/schedules',
    { schema: { querystring: pageQuery, response: answers(schedulesAnswer) } },
    async ({ query, seen }, reply) => {
      const schedules = await listSchedules(seen);
      const page = pageOfWhole(['schedules'], schedules, ({ schedule }) => schedule, query);
      return page.ok ? sendList(reply, ok(named('schedules', page.value))) : answer(reply, page);
    },
  );

  app.get('/v1/schedules/:schedule', { schema: one }, async ({ acting, params }, reply) =>
    answer(reply, await showSchedule(acting, params.schedule)),
  );

  app.post('/v1/schedules/:schedule/pause', { schema: why }, async ({ who, acting, params, body }, reply) =>
    answer(reply, await pauseSchedule(acting, who, params.schedule, body.reason)),
  );

  app.post('/v1/schedules/:schedule/resume', { schema: one }, async ({ who, acting, params }, reply) =>
    answer(reply, await resumeSchedule(acting, who, params.schedule)),
  );

  app.post('/v1/schedules/:schedule/run', { schema: one }, async ({ who, acting, params }, reply) =>
    answer(reply, await runScheduleNow(acting, who, params.schedule)),
  );

  app.post('/v1/schedules/:schedule/delete', { schema: why }, async ({ who, acting, params, body }, reply) =>
    answer(reply, await deleteSchedule(acting, who, params.schedule, body.reason)),
  );
}
