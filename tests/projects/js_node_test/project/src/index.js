export { parse } from './parse.js';
export { stringify } from './stringify.js';
export { pick, without } from './keys.js';
