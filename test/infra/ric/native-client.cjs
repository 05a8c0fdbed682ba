// Stands in for rapid-client.node, the part of Amazon's runtime client that is compiled (C++ over libcurl): it
// asks the runtime API for the next invocation and hands back what came of it. All else is Amazon's own code.
// Runtime API: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
const { AWS_LAMBDA_RUNTIME_API } = process.env;
const path = (/** @type {string} */ rest) => `http://${AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation/${rest}`;
const post = (/** @type {string} */ rest, /** @type {string} */ body) => {
  fetch(path(rest), { method: 'POST', body });
};

module.exports = {
  initializeClient() {},
  async next() {
    const response = await fetch(path('next'));
    return { bodyJson: await response.text(), headers: Object.fromEntries(response.headers) };
  },
  done: (/** @type {string} */ id, /** @type {string} */ body) => post(`${id}/response`, body),
  error: (/** @type {string} */ id, /** @type {string} */ body) => post(`${id}/error`, body),
};
