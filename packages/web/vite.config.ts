import tailwindcss from '@tailwindcss/vite'
import { defaultClientConditions, defineConfig } from 'vite'

const gateway = process.env.GATEWAY ?? 'http://127.0.0.1:8080'

/** `npm run dev` here serves the page beside a running `npm start`, and loads it again after each change. */
export default defineConfig({
  plugins: [tailwindcss()],
  resolve: {
    // The client is read from its sources, so that nothing has to be compiled first.
    conditions: ['likeness-source', ...defaultClientConditions],
    // The page and its libraries are written for React, and run on Preact (ADR 49).
    alias: { react: 'preact/compat', 'react-dom': 'preact/compat' },
    // Wherever it is imported from.
    dedupe: ['preact'],
  },
  // dist/ belongs to tsc.
  build: {
    outDir: 'dist-app',
    modulePreload: { polyfill: false },
    rolldownOptions: {
      checks: {
        // On a slow machine they would tell everyone who starts Likeness how long plugins took.
        bundlerTimings: false,
        // "use client" means nothing here.
        moduleLevelDirective: false,
      },
      output: {
        codeSplitting: {
          includeDependenciesRecursively: false,
          // A first visit needs all of these; as one file they are smaller than as ten.
          groups: [
            {
              name: 'forms',
              test: /src[\\/](ui[\\/](field|choice|email-form|new-password-field|use-form)|session[\\/](accounts|profile-labels|asked-field|log-in-form|register-form)|emails[\\/]resend-form|passwords[\\/]forgot-form)/,
            },
          ],
        },
      },
    },
  },
  server: { proxy: { '/v1': gateway } },
})
