import { Duration, Stack, Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import {
  type CfnStage,
  HttpApi,
  type HttpMethod,
  HttpStage,
  LogGroupLogDestination,
} from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { AlarmSpec } from './alarm-spec.ts';
import { LOG_RETENTION, type Platform } from './platform.ts';
import type { ServiceFunction } from './service-function.ts';

/** Requests a second, and how many may come at once. */
export interface Throttle {
  readonly rateLimit: number;
  readonly burstLimit: number;
}

/** For routes that ask for nothing else. */
const DEFAULT_THROTTLE: Throttle = { rateLimit: 20, burstLimit: 40 };

export interface Route {
  readonly method: HttpMethod;
  readonly path: string;
  readonly target: ServiceFunction;
  readonly throttle?: Throttle;
  /** How a caller is authenticated, as API Gateway does not do it. */
  readonly authentication: string;
}

/** The public HTTP API, for CRMs, vendors and leads: the one way in. Routes authenticate in their functions, over the raw body. */
export class PublicApi extends Construct {
  readonly api: HttpApi;
  private readonly stage: HttpStage;

  constructor(scope: Construct, id: string, platform: Platform) {
    super(scope, id);
    this.api = new HttpApi(this, 'Api', {
      apiName: platform.prefix,
      description: 'CaseRelay: webhooks, vendor answers, lead console',
      createDefaultStage: false,
    });
    const log = new LogGroup(this, 'AccessLog', {
      logGroupName: `/aws/vendedlogs/apigateway/${platform.prefix}`,
      retention: LOG_RETENTION,
      encryptionKey: platform.key,
      removalPolicy: platform.logRemoval,
    });
    this.stage = new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: DEFAULT_THROTTLE,
      accessLogSettings: {
        destination: new LogGroupLogDestination(log),
        // No query strings: those of the console's pages carry tokens.
        format: AccessLogFormat.custom(
          JSON.stringify({
            requestId: '$context.requestId',
            // The id that the function's own log lines carry.
            functionRequestId: '$context.integration.requestId',
            at: '$context.requestTimeEpoch',
            ip: '$context.identity.sourceIp',
            route: '$context.routeKey',
            status: '$context.status',
            latencyMs: '$context.responseLatency',
            bytes: '$context.responseLength',
            integrationError: '$context.integrationErrorMessage',
          }),
        ),
      },
    });
  }

  get endpoint(): string {
    return this.api.apiEndpoint;
  }

  addRoute({ method, path, target, throttle, authentication }: Route) {
    const integration = new HttpLambdaIntegration(`${target.node.id}-integration`, target);
    for (const route of this.api.addRoutes({ path, methods: [method], integration })) {
      Validations.of(route).acknowledge({ id: 'AwsSolutions-APIG4', reason: authentication });
      // A stage cannot throttle a route that does not exist yet.
      this.stage.node.addDependency(route);
    }
    if (throttle !== undefined) {
      const stage = this.stage.node.defaultChild as CfnStage;
      stage.addPropertyOverride(`RouteSettings.${method} ${path}`, {
        ThrottlingRateLimit: throttle.rateLimit,
        ThrottlingBurstLimit: throttle.burstLimit,
      });
    }
  }

  requests() {
    return this.api.metricCount({ period: Duration.minutes(5), statistic: 'sum' });
  }

  clientErrors() {
    return this.api.metricClientError({ period: Duration.minutes(5), statistic: 'sum' });
  }

  serverErrors() {
    return this.api.metricServerError({ period: Duration.minutes(5), statistic: 'sum' });
  }

  alarms(): AlarmSpec[] {
    return [
      {
        name: 'http-server-errors',
        means: `The HTTP API of ${Stack.of(this).stackName} answered 5xx: nothing was stored, senders will try again.`,
        metric: this.serverErrors(),
        rings: { above: 4 },
        periods: 1,
      },
    ];
  }
}
