export { accepted } from './header.js';
export { best } from './best.js';
export { matches } from './ranges.js';
