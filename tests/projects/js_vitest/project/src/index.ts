export { Cache } from './cache';
export type { Options } from './cache';
export { memoized } from './memoized';
