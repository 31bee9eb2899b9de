import { Clock, machineClock } from './clock';

export interface Options {
  /** How many entries are kept. */
  most: number;
  /** Milliseconds after which an entry is forgotten; for ever when it is left out. */
  ttl?: number;
  clock?: Clock;
}

interface Entry<V> {
  value: V;
  until: number;
}

/** A map keeps the order of insertion: the first is the one that was not used for the longest time. */
export class Cache<K, V> {
  private readonly entries = new Map<K, Entry<V>>();
  private readonly clock: Clock;

  constructor(private readonly options: Options) {
    if (options.most < 1) throw new RangeError('most must be at least 1');
    this.clock = options.clock ?? machineClock;
  }

  get size(): number {
    return this.entries.size;
  }

  get(key: K): V | undefined {
    const entry = this.fresh(key);
    if (entry === undefined) return undefined;
    this.entries.delete(key);
    this.entries.set(key, entry);
    return entry.value;
  }

  has(key: K): boolean {
    return this.fresh(key) !== undefined;
  }

  set(key: K, value: V): this {
    this.entries.delete(key);
    this.entries.set(key, { value, until: this.clock.now() + (this.options.ttl ?? Infinity) });
    while (this.entries.size > this.options.most) {
      this.entries.delete(this.entries.keys().next().value as K);
    }
    return this;
  }

  keys(): K[] {
    return [...this.entries.keys()].filter((key) => this.has(key));
  }

  private fresh(key: K): Entry<V> | undefined {
    const entry = this.entries.get(key);
    if (entry !== undefined && entry.until <= this.clock.now()) {
      this.entries.delete(key);
      return undefined;
    }
    return entry;
  }
}
