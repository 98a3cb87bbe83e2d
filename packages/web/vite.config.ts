import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defaultClientConditions, defineConfig } from 'vite'

const gateway = process.env.GATEWAY ?? 'http://127.0.0.1:8080'

/** `npm run dev` here serves the page with hot reload beside a running `npm start`. */
export default defineConfig({
  plugins: [react(), tailwindcss()],
  // The contracts are read from their sources, so that nothing has to be compiled first.
  resolve: { conditions: ['likeness-source', ...defaultClientConditions] },
  // dist/ belongs to tsc.
  build: { outDir: 'dist-app', modulePreload: { polyfill: false } },
  server: { proxy: { '/v1': gateway } },
})
