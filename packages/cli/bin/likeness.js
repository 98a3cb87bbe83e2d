#!/usr/bin/env node
import '../../../infra/bundle/dist/likeness.js'
