import { registerHooks } from 'node:module';

// To build the compiled part takes cmake, a C++ compiler and the sources of curl: more than this project asks for.
registerHooks({
  resolve(specifier, context, next) {
    if (specifier !== './rapid-client.node') return next(specifier, context);
    return { url: new URL('native-client.cjs', import.meta.url).href, format: 'commonjs', shortCircuit: true };
  },
});
