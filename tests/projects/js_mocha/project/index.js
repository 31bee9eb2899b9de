'use strict';

module.exports = { ...require('./lib/parse'), ...require('./lib/records'), ...require('./lib/write') };
