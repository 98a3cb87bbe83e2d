import { IdParams, PageQuery } from '../common.js'
import { endpointsOf } from '../endpoint.js'
import {
  AddedWebhook,
  AddWebhook,
  ChangeWebhook,
  DeliveriesQuery,
  DeliveryPage,
  ReplayDeliveries,
  Replayed,
  RotatedSecret,
  Webhook,
  WebhookPage,
} from '../webhooks.js'
import { empty, json, page } from './answers.js'

const endpoint = endpointsOf('media')
const tag = 'webhooks'
const by = 'admin'

/** Addresses that are told what happens to pictures. */
export const webhooks = {
  list: endpoint({
    id: 'listWebhooks',
    method: 'GET',
    path: '/v1/webhooks',
    by,
    tag,
    summary: 'List webhooks, newest first',
    description: 'Each with its state: one that failed for three days is paused.',
    query: PageQuery,
    answers: { 200: page(WebhookPage, 'One page of them.') },
    problems: ['invalid-cursor'],
  }),
  add: endpoint({
    id: 'addWebhook',
    method: 'POST',
    path: '/v1/webhooks',
    by,
    tag,
    summary: 'Add a webhook',
    description:
      'It is told what happens from now on, by requests signed by the Standard Webhooks specification. An address that ' +
      'leads into a private network is refused here, or when its name resolves to one.',
    body: AddWebhook,
    answers: { 201: json(AddedWebhook, 'The webhook, with its secret.', { headers: ['location'] }) },
  }),
  read: endpoint({
    id: 'readWebhook',
    method: 'GET',
    path: '/v1/webhooks/:id',
    by,
    tag,
    summary: 'Read one webhook',
    description: 'Its state, its public keys, and how many deliveries wait or failed.',
    params: IdParams,
    answers: { 200: json(Webhook, 'The webhook.') },
    problems: ['webhook-not-found'],
  }),
  change: endpoint({
    id: 'changeWebhook',
    method: 'PATCH',
    path: '/v1/webhooks/:id',
    by,
    tag,
    summary: 'Change, disable or enable a webhook',
    description: 'Enabling one that was paused sends what was kept for it.',
    params: IdParams,
    body: ChangeWebhook,
    isPatch: true,
    answers: { 200: json(Webhook, 'The webhook as it is now.') },
    problems: ['webhook-not-found'],
  }),
  remove: endpoint({
    id: 'removeWebhook',
    method: 'DELETE',
    path: '/v1/webhooks/:id',
    by,
    tag,
    summary: 'Remove a webhook',
    description: 'With its deliveries. Doing so again is answered 204 too.',
    params: IdParams,
    answers: { 204: empty('It is told nothing more.') },
  }),
  rotateSecret: endpoint({
    id: 'rotateWebhookSecret',
    method: 'POST',
    path: '/v1/webhooks/:id/secret',
    by,
    tag,
    summary: 'Give a webhook another secret',
    description:
      'Requests are signed with both for 24 hours. Done again within them, the oldest counts no longer.',
    params: IdParams,
    answers: { 200: json(RotatedSecret, 'The new secret.') },
    problems: ['webhook-not-found'],
  }),
  deliveries: endpoint({
    id: 'listDeliveries',
    method: 'GET',
    path: '/v1/webhooks/:id/deliveries',
    by,
    tag,
    summary: 'List what a webhook was sent, newest first',
    description: 'Each event with the last request and its answer. Events are kept for 30 days.',
    params: IdParams,
    query: DeliveriesQuery,
    answers: { 200: page(DeliveryPage, 'One page of them.') },
    problems: ['invalid-cursor', 'webhook-not-found'],
  }),
  replay: endpoint({
    id: 'replayDeliveries',
    method: 'POST',
    path: '/v1/webhooks/:id/replay',
    by,
    tag,
    summary: 'Send one event, or all of a time, again',
    description:
      'Signed anew, with the same `webhook-id`. A replay counts neither for nor against the state of the webhook.',
    params: IdParams,
    body: ReplayDeliveries,
    answers: { 202: json(Replayed, 'How many are sent again.') },
    problems: ['webhook-not-found', 'delivery-not-found', 'webhook-disabled'],
  }),
} as const
