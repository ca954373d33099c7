import type { JSX } from 'preact';
import { Link } from '../parts/link.tsx';
import { Screen } from '../parts/screen.tsx';
import { texts } from '../texts.ts';

export const NotFoundScreen = (): JSX.Element => (
  <Screen title={texts.notFound.title}>
    <p>
      <Link to={[]}>{texts.notFound.back}</Link>
    </p>
  </Screen>
);
