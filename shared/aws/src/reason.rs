use std::error::Error;

use aws_sdk_sqs::error::SdkError;

#[derive(Debug, thiserror::Error)]
#[error("the answer could not be read")]
struct UnreadableAnswer;

/// What failed, without the raw HTTP answer that an [`SdkError`] carries and shows: KMS answers
/// hold keys.
pub(crate) fn reason<E, R>(error: SdkError<E, R>) -> Box<dyn Error + Send + Sync>
where
    E: Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    match error {
        SdkError::ServiceError(context) => Box::new(context.into_err()),
        SdkError::ResponseError(_) => Box::new(UnreadableAnswer),
        other => Box::new(other),
    }
}
