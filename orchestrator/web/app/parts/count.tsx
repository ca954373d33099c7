import type { JSX } from 'preact';
import { number } from '../../../views/numbers.ts';
import type { Filter } from '../client-list.ts';
import { Link } from './link.tsx';

interface CountProps {
  readonly of: number;
  readonly campaign: string;
  /** The filter of the list that has exactly these clients. */
  readonly filter: Filter;
  /** The words after the number, where it does not stand alone. */
  readonly words?: string;
}

/** A number of clients, and the list behind it. */
export const Count = ({ of, campaign, filter, words = '' }: CountProps): JSX.Element =>
  of === 0 ? (
    <>{`${number(of)}${words}`}</>
  ) : (
    <Link to={['campaigns', campaign]} query={{ tab: 'clients', ...filter }} count={of}>
      {`${number(of)}${words}`}
    </Link>
  );
