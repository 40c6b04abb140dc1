"""Wide documents: audit events with whole pods inside, and those of a cloud's control plane.

Signatures as in app_shapes.py. 40 to 400 values a document, nested, with label keys that come and
go.
"""

from values import RESOURCES

LABELS = ("app", "tier", "team", "version", "release", "chart", "zone") + tuple(
    f"{prefix}.example.com/{name}" for prefix in ("app", "policy", "mesh", "cost")
    for name in ("name", "owner", "class", "mode", "revision", "hash", "managed-by"))
CALLS = (("ec2", "RunInstances"), ("ec2", "DescribeInstances"), ("s3", "GetObject"),
         ("s3", "PutObject"), ("iam", "AssumeRole"), ("kms", "Decrypt"), ("lambda", "Invoke"))


def _labels(v, few, many):
    return {key: v.pick(("web", "api", f"v{v.below(1, 40)}", v.hex(10), "platform", "true"))
            for key in sorted(v.dice.sample(LABELS, v.below(few, many)))}


def _container(v, number):
    name = v.pick(RESOURCES)
    return {"name": f"{name}-{number}",
            "image": f"registry.example.com/{name}:{v.below(4)}.{v.below(30)}.{v.below(9)}",
            "ports": [{"containerPort": port, "protocol": "TCP"}
                      for port in v.dice.sample((80, 443, 3000, 8080, 9090), v.below(1, 3))],
            "env": [{"name": key, "value": v.pick(("true", "info", str(v.below(9000))))}
                    for key in v.dice.sample(("LOG_LEVEL", "REGION", "PORT", "CACHE", "POOL"),
                                             v.below(1, 5))],
            "resources": {"limits": {"cpu": f"{v.pick((250, 500, 1000))}m", "memory": "512Mi"},
                          "requests": {"cpu": "100m", "memory": f"{v.pick((64, 128, 256))}Mi"}},
            "imagePullPolicy": "IfNotPresent", "terminationMessagePath": "/dev/termination-log"}


def _pod_status(v, ms, boxes):
    return {"phase": "Running", "hostIP": v.inner_ip(), "podIP": v.inner_ip(),
            "startTime": v.stamp(ms, 0),
            "conditions": [{"type": kind, "status": "True", "lastTransitionTime": v.stamp(ms, 0)}
                           for kind in ("Initialized", "Ready", "PodScheduled")],
            "containerStatuses": [{
                "name": box["name"], "ready": True, "restartCount": v.below(3),
                "image": box["image"], "imageID": "sha256:" + v.hex(64),
                "containerID": "containerd://" + v.hex(64)} for box in boxes]}


def cluster_audit(s, v, ms):
    name = f"{v.pick(RESOURCES)}-{v.hex(9)}-{v.base36(5)}"
    space = v.pick(("default", "kube-system", "shop", "pay"))
    status = v.pick((200, 200, 200, 201, 403, 404, 409, 500))
    boxes = [_container(v, i) for i in range(v.below(2, 6))]
    pod = {"kind": "Pod", "apiVersion": "v1",
           "metadata": {"name": name, "namespace": space, "uid": v.uuid(),
                        "resourceVersion": str(v.below(10 ** 7, 10 ** 8)),
                        "creationTimestamp": v.stamp(ms, 0), "labels": _labels(v, 3, 12),
                        "annotations": _labels(v, 2, 8),
                        "ownerReferences": [{"kind": "ReplicaSet", "name": name[:-6],
                                             "uid": v.uuid(), "controller": True}]},
           "spec": {"containers": boxes, "restartPolicy": "Always", "nodeName": s.host(v),
                    "terminationGracePeriodSeconds": 30, "priority": 0,
                    "tolerations": [{"key": "node.kubernetes.io/not-ready", "operator": "Exists",
                                     "tolerationSeconds": 300}]}}
    event = {"kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": "RequestResponse",
             "auditID": v.uuid(), "stage": "ResponseComplete",
             "requestURI": f"/api/v1/namespaces/{space}/pods/{name}?timeout=10s",
             "verb": v.pick(("create", "update", "patch", "get")),
             "user": {"username": f"system:serviceaccount:{space}:{v.user()}", "uid": v.uuid(),
                      "groups": ["system:serviceaccounts", "system:authenticated"]},
             "sourceIPs": [v.inner_ip()], "userAgent": f"kubectl/v1.31.{v.below(8)}",
             "objectRef": {"resource": "pods", "namespace": space, "name": name},
             "responseStatus": {"metadata": {}, "code": status}, "requestObject": pod}
    if status < 400:
        event["responseObject"] = {**pod, "status": _pod_status(v, ms, boxes)}
    return {**event, "requestReceivedTimestamp": v.stamp(ms, 6), "stageTimestamp": v.stamp(ms, 6),
            "duration_ms": v.duration_ms(),
            "annotations": {"authorization.k8s.io/decision":
                            "allow" if status != 403 else "forbid"}}


def _instances(v, ms):
    return {"reservationId": "r-" + v.hex(17), "instancesSet": {"items": [{
        "instanceId": "i-" + v.hex(17), "instanceState": {"code": 0, "name": "pending"},
        "privateIpAddress": v.inner_ip(), "cpuOptions": {"coreCount": 2, "threadsPerCore": 2},
        "launchTime": ms, "placement": {"availabilityZone": "eu-west-1a", "tenancy": "default"},
        "networkInterfaceSet": {"items": [{
            "networkInterfaceId": "eni-" + v.hex(17), "subnetId": f"subnet-{v.below(90):08x}",
            "status": "in-use"}]}} for _ in range(v.below(1, 5))]}}


def cloud_audit(s, v, ms):
    source, name = v.pick(CALLS)
    account = str(100_000_000_000 + v.below(40) * 7919)
    who, role = v.user(), v.pick(("deploy", "admin", "reader"))
    arn = f"arn:aws:sts::{account}:assumed-role/{role}"
    event = {"eventVersion": "1.08",
             "userIdentity": {
                 "type": "AssumedRole", "principalId": f"AROA{v.hex(16).upper()}:{who}",
                 "arn": f"{arn}/{who}", "accountId": account,
                 "accessKeyId": "ASIA" + v.hex(16).upper(),
                 "sessionContext": {
                     "sessionIssuer": {"type": "Role", "arn": arn, "userName": role},
                     "webIdFederationData": {},
                     "attributes": {"creationDate": v.stamp(ms, 0), "mfaAuthenticated": "false"}}},
             "eventTime": v.stamp(ms, 0), "eventSource": source + ".amazonaws.com",
             "eventName": name, "awsRegion": v.pick(("eu-west-1", "us-east-1", "eu-central-1")),
             "sourceIPAddress": v.client_ip(), "userAgent": f"[Boto3/1.28.{v.below(90)}]"}
    if source == "ec2":
        event["requestParameters"] = {
            "instancesSet": {"items": [{"imageId": "ami-" + v.hex(17), "maxCount": 4}]},
            "instanceType": v.pick(("t3.large", "m6i.xlarge")),
            "tagSpecificationSet": {"items": [{"tags": [
                {"key": key, "value": value} for key, value in _labels(v, 3, 9).items()]}]}}
        event["responseElements"] = _instances(v, ms)
    else:
        event["requestParameters"] = {"bucketName": v.pick(RESOURCES) + "-data",
                                      "key": f"{v.stamp(ms, 0)[:10]}/{v.uuid()}.parquet",
                                      "encryptionContext": _labels(v, 1, 5)}
        event["responseElements"] = None
        event["additionalEventData"] = {"SignatureVersion": "SigV4", "bytesTransferredIn": 0,
                                        "bytesTransferredOut": v.below(10 ** 6),
                                        "x-amz-id-2": v.hex(64)}
    if v.chance(0.08):
        event["errorCode"] = "AccessDenied"
        event["errorMessage"] = f"User: {arn} is not authorized to perform: {source}:{name}"
    return {**event, "requestID": v.uuid(), "eventID": v.uuid(),
            "readOnly": name[:3] in ("Get", "Des"), "eventType": "AwsApiCall",
            "recipientAccountId": account, "duration_ms": v.duration_ms(), "status": v.status(),
            "tlsDetails": {"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256"}}


SHAPES = (cluster_audit, cloud_audit)
