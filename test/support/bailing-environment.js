const { TestEnvironment } = require('jest-environment-node');

/** The first test that fails kills a mutant; those after it would only take time. JavaScript, because Stryker loads it without Jest. */
module.exports = class BailingEnvironment extends TestEnvironment {
  #hasFailed = false;

  handleTestEvent(event) {
    if (event.name === 'test_fn_failure') this.#hasFailed = true;
    if (event.name === 'test_start' && this.#hasFailed) event.test.mode = 'skip';
  }
};
